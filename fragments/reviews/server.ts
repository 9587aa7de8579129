import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serveFragments } from '@tessera/fragment';
import { reviewsFragment } from './fragment.ts';
import { openReviews } from './src/review-store.ts';

const folder = process.env.DATA_DIR ?? join(import.meta.dirname, '.tessera');
mkdirSync(folder, { recursive: true });

const store = openReviews(join(folder, 'reviews.sqlite'), {
  composers: process.env.COMPOSER_URLS?.split(/[\s,]+/).filter(Boolean) ?? [],
  purgeToken: process.env.PURGE_TOKEN,
});
const delayMs = Number(process.env.REVIEWS_DELAY_MS ?? 0);
await serveFragments([reviewsFragment({ store, delayMs })], {
  port: Number(process.env.PORT ?? 4002),
  onClose: () => store.close(),
});
