import { DatabaseSync } from 'node:sqlite';
import type { Review } from './review.ts';
import { SEED } from './seed.ts';

/** The team's reviews in one SQLite file. */
export interface ReviewStore extends Disposable {
  /** Whether the shop has this product; the team keeps a list of its own. */
  hasProduct(sku: string): boolean;
  /** Takes a product into that list. */
  addProduct(sku: string): void;
  /** A product's reviews, newest first. */
  of(sku: string): Review[];
  /** The newest reviews of all products. */
  newest(limit: number): Review[];
  /** How many reviews gave one, two, three, four and five stars; of one product or of all. */
  spread(sku?: string): readonly [number, number, number, number, number];
  add(review: Omit<Review, 'id'>): Review;
}

/** Opens the reviews and fills an empty file with the first ones. `:memory:` keeps them off the disk. */
export function openReviews(file: string): ReviewStore {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS reviews (id INTEGER PRIMARY KEY, sku TEXT NOT NULL, name TEXT NOT NULL,
      stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5), text TEXT NOT NULL, day TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS products (sku TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS reviews_by_sku ON reviews (sku, day);`);
  const select = db.prepare(
    'SELECT id, sku, name, stars, text, day FROM reviews WHERE sku = ? ORDER BY day DESC, id DESC',
  );
  const selectNewest = db.prepare(
    'SELECT id, sku, name, stars, text, day FROM reviews ORDER BY day DESC, id DESC LIMIT ?',
  );
  const countByStars = db.prepare(
    'SELECT stars, count(*) AS count FROM reviews WHERE sku = ifnull(?, sku) GROUP BY stars',
  );
  const insert = db.prepare(
    'INSERT INTO reviews (sku, name, stars, text, day) VALUES (?, ?, ?, ?, ?)',
  );
  const findProduct = db.prepare('SELECT 1 FROM products WHERE sku = ?');
  const insertProduct = db.prepare('INSERT OR IGNORE INTO products (sku) VALUES (?)');
  const store: ReviewStore = {
    hasProduct: (sku) => findProduct.get(sku) !== undefined,
    addProduct: (sku) => void insertProduct.run(sku),
    of: (sku) => select.all(sku).map((row) => ({ ...(row as unknown as Review) })),
    newest: (limit) => selectNewest.all(limit).map((row) => ({ ...(row as unknown as Review) })),
    spread(sku) {
      const counts = new Map(countByStars.all(sku ?? null).map((row) => [row.stars, row.count]));
      const count = (stars: number) => Number(counts.get(stars) ?? 0);
      return [count(1), count(2), count(3), count(4), count(5)];
    },
    add(review) {
      const { sku, name, stars, text, day } = review;
      return { id: Number(insert.run(sku, name, stars, text, day).lastInsertRowid), ...review };
    },
    [Symbol.dispose]() {
      db.close();
    },
  };
  for (const sku of Object.keys(SEED)) store.addProduct(sku);
  if (db.prepare('SELECT count(*) AS count FROM reviews').get()?.count === 0) {
    db.exec('BEGIN IMMEDIATE');
    for (const [sku, reviews] of Object.entries(SEED)) {
      for (const [name, stars, day, text] of reviews) store.add({ sku, name, stars, day, text });
    }
    db.exec('COMMIT');
  }
  return store;
}
