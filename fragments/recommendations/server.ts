import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serveFragments } from '@tessera/fragment';
import { recommendationsFragment } from './fragment.ts';
import { createProductCards } from './src/product-cards.ts';
import { openRecommendations } from './src/recommendation-store.ts';

const folder = process.env.DATA_DIR ?? join(import.meta.dirname, '.tessera');
mkdirSync(folder, { recursive: true });

const store = openRecommendations(join(folder, 'recommendations.sqlite'));
const products = createProductCards(
  new URL('product/', process.env.PRODUCT_URL ?? 'http://127.0.0.1:4001/'),
);
const delayMs = Number(process.env.RECOMMENDATIONS_DELAY_MS ?? 0);
await serveFragments([recommendationsFragment({ store, products, delayMs })], {
  port: Number(process.env.PORT ?? 4005),
});
