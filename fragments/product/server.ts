import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serveFragments } from '@tessera/fragment';
import { productFragments } from './fragment.ts';
import { openCatalogue } from './src/catalogue.ts';

const folder = process.env.DATA_DIR ?? join(import.meta.dirname, '.tessera');
mkdirSync(folder, { recursive: true });

await serveFragments(productFragments(openCatalogue(join(folder, 'product.sqlite'))), {
  port: Number(process.env.PORT ?? 4001),
});
