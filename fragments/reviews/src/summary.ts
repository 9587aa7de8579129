import type { DatabaseSync } from 'node:sqlite';
import type { Projection } from '@tessera/fragment/outbox';
import type { Review } from './review.ts';

/** How many people rated a product, and how on average. */
export interface Summary {
  readonly count: number;
  /** Null when nobody did. */
  readonly average: number | null;
}

/** What the team tells itself when somebody posted a review. */
export type ReviewPosted = { readonly type: 'review-posted' } & Pick<Review, 'sku' | 'stars'>;

/** The products' summaries, kept from the events so that reading one costs the same however many reviews there are. */
export function openSummaries(database: DatabaseSync) {
  database.exec(`CREATE TABLE IF NOT EXISTS summaries
    (sku TEXT PRIMARY KEY, count INTEGER NOT NULL, stars INTEGER NOT NULL) WITHOUT ROWID`);
  const select = database.prepare('SELECT count, stars FROM summaries WHERE sku = ?');
  const addStars = database.prepare(`INSERT INTO summaries VALUES (?, 1, ?)
    ON CONFLICT DO UPDATE SET count = count + 1, stars = stars + excluded.stars`);

  const projection: Projection = {
    name: 'summaries',
    version: 1,
    rebuild() {
      database.exec(`DELETE FROM summaries;
        INSERT INTO summaries SELECT sku, count(*), sum(stars) FROM reviews GROUP BY sku`);
    },
    apply(event) {
      const posted = readPosted(event);
      if (posted) addStars.run(posted.sku, posted.stars);
    },
  };
  return {
    projection,
    of(sku: string): Summary {
      const row = select.get(sku);
      if (!row) return { count: 0, average: null };
      return { count: Number(row.count), average: Number(row.stars) / Number(row.count) };
    },
  };
}

function readPosted(event: unknown): ReviewPosted | undefined {
  const { type, sku, stars }: Readonly<Record<string, unknown>> = Object(event);
  if (type !== 'review-posted' || typeof sku !== 'string' || typeof stars !== 'number') return;
  return { type, sku, stars };
}
