import { DatabaseSync } from 'node:sqlite';
import { createOutbox, type OutboxOptions } from '@tessera/fragment/outbox';
import { NEWEST_GROUP, reviewsGroup, summaryGroup } from './groups.ts';
import type { Review } from './review.ts';
import { SEED } from './seed.ts';
import { openSummaries, type ReviewPosted, type Summary } from './summary.ts';

/** The team's reviews in one SQLite file. */
export interface ReviewStore extends AsyncDisposable {
  /** Whether the shop has this product; the team keeps a list of its own. */
  hasProduct(sku: string): boolean;
  /** Takes a product into that list. */
  addProduct(sku: string): void;
  /** A product's reviews, newest first. */
  of(sku: string): Review[];
  /** The newest reviews of all products. */
  newest(limit: number): Review[];
  /** How many reviews of all products gave one, two, three, four and five stars. */
  spread(): readonly [number, number, number, number, number];
  /** How many reviews a product has, and how good they are. */
  summary(sku: string): Summary;
  /** Stores a review, and has composers told. */
  add(review: Omit<Review, 'id'>): Review;
  /** Finishes telling composers what it can in a moment, and closes the file. */
  close(): Promise<void>;
}

/** Which composers are told what changed. */
export type ReviewListeners = Pick<OutboxOptions, 'composers' | 'purgeToken'>;

/** Opens the reviews and fills an empty file with the first ones. `:memory:` keeps them off the disk. */
export function openReviews(
  file: string,
  listeners: ReviewListeners = { composers: [] },
): ReviewStore {
  const db = new DatabaseSync(file, { timeout: 2000 });
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
  const countByStars = db.prepare('SELECT stars, count(*) AS count FROM reviews GROUP BY stars');
  const insert = db.prepare(
    'INSERT INTO reviews (sku, name, stars, text, day) VALUES (?, ?, ?, ?, ?)',
  );
  const findProduct = db.prepare('SELECT 1 FROM products WHERE sku = ?');
  const insertProduct = db.prepare('INSERT OR IGNORE INTO products (sku) VALUES (?)');
  if (db.prepare('SELECT count(*) AS count FROM reviews').get()?.count === 0) {
    db.exec('BEGIN IMMEDIATE');
    for (const [sku, reviews] of Object.entries(SEED)) {
      for (const [name, stars, day, text] of reviews) insert.run(sku, name, stars, text, day);
    }
    db.exec('COMMIT');
  }
  for (const sku of Object.keys(SEED)) insertProduct.run(sku);
  const summaries = openSummaries(db);
  const outbox = createOutbox({
    ...listeners,
    database: db,
    projections: [summaries.projection],
  });
  const close = async () => {
    await outbox.close();
    if (db.isOpen) db.close();
  };
  return {
    hasProduct: (sku) => findProduct.get(sku) !== undefined,
    addProduct(sku) {
      outbox.transaction(() => {
        if (insertProduct.run(sku).changes > 0) outbox.add({ groups: [reviewsGroup(sku)] });
      });
    },
    of: (sku) => select.all(sku).map((row) => ({ ...(row as unknown as Review) })),
    newest: (limit) => selectNewest.all(limit).map((row) => ({ ...(row as unknown as Review) })),
    spread() {
      const counts = new Map(countByStars.all().map((row) => [row.stars, row.count]));
      const count = (stars: number) => Number(counts.get(stars) ?? 0);
      return [count(1), count(2), count(3), count(4), count(5)];
    },
    summary: summaries.of,
    add(review) {
      const { sku, name, stars, text, day } = review;
      const event: ReviewPosted = { type: 'review-posted', sku, stars };
      return outbox.transaction(() => {
        const { lastInsertRowid } = insert.run(sku, name, stars, text, day);
        outbox.add({ groups: [reviewsGroup(sku), summaryGroup(sku)], event });
        // On its own: in one entry with it, products would have to wait for each other.
        outbox.add({ groups: [NEWEST_GROUP] });
        return { id: Number(lastInsertRowid), ...review };
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
