import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { drawPicture, drawStillLife } from './pictures/draw.ts';
import { CATEGORIES, COLOURS, PRODUCTS } from './seed.ts';

/** Fills an empty catalogue; one of another edition is replaced, since nobody but the team writes into it. */
export function seedCatalogue(db: DatabaseSync): void {
  const pictures = PRODUCTS.flatMap((product) =>
    product.colours.map((name) => {
      const id = name.toLowerCase();
      const svg = drawPicture(product.drawing, COLOURS[name]);
      return { sku: product.sku, id, name, svg, file: `${product.sku}-${id}-${hash(svg)}.svg` };
    }),
  );
  const stillLife = drawStillLife();
  const edition = editionOf([PRODUCTS, pictures.map(({ file }) => file), hash(stillLife)]);
  if (db.prepare('PRAGMA user_version').get()?.user_version === edition) return;

  db.exec(`BEGIN IMMEDIATE;
    DROP TABLE IF EXISTS products; DROP TABLE IF EXISTS variants; DROP TABLE IF EXISTS pictures;
    CREATE TABLE products (sku TEXT PRIMARY KEY, position INTEGER, name TEXT, category TEXT, kind TEXT,
      priceCents INTEGER, summary TEXT, description TEXT, material TEXT, size TEXT, care TEXT, stock INTEGER, words TEXT);
    CREATE TABLE variants (sku TEXT, position INTEGER, id TEXT, name TEXT, colour TEXT, picture TEXT, PRIMARY KEY (sku, id));
    CREATE TABLE pictures (file TEXT PRIMARY KEY, svg TEXT);`);
  const addProduct = db.prepare(
    'INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const addVariant = db.prepare('INSERT INTO variants VALUES (?, ?, ?, ?, ?, ?)');
  const addPicture = db.prepare('INSERT INTO pictures VALUES (?, ?)');
  for (const [position, p] of PRODUCTS.entries()) {
    const words = [p.name, p.kind, CATEGORIES[p.category], p.summary, p.description];
    addProduct.run(
      ...[p.sku, position, p.name, p.category, p.kind, p.priceCents, p.summary, p.description],
      ...[p.material, p.size, p.care, p.stock, words.join(' ').toLowerCase()],
    );
  }
  for (const [position, { sku, id, name, svg, file }] of pictures.entries()) {
    addVariant.run(sku, position, id, name, COLOURS[name], file);
    addPicture.run(file, svg);
  }
  addPicture.run(`still-life-${hash(stillLife)}.svg`, stillLife);
  db.exec(`PRAGMA user_version = ${edition}; COMMIT`);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

/** SQLite keeps a signed 32-bit number for this; 0 is what a new file has. */
function editionOf(seed: unknown): number {
  return Number.parseInt(hash(JSON.stringify(seed)).slice(0, 8), 16) & 0x7fffffff || 1;
}
