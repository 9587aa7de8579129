import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { FAVOURITES, PAIRS, THEMES } from './seed.ts';

/** One product beside another, and why. */
export interface Related {
  readonly sku: string;
  readonly reason: string;
}

/** Two products that were in the same order. */
export interface Pair {
  readonly sku: string;
  readonly with: string;
  /** In how many orders. */
  readonly times: number;
}

/** The team's knowledge of what goes with what, in one SQLite file. */
export interface RecommendationStore extends Disposable {
  /** What goes with a product, best first, at most four; the favourites for one that nothing is known about. */
  of(sku: string): Related[];
  /** What is bought together, the most frequent first. */
  pairs(): Pair[];
}

/** As many as stand side by side. */
const SHOWN = 4;

/** How many of one theme, so that not all have the same reason. */
const PER_THEME = 2;

/** Opens the recommendations, and fills them first when the file is new or of another edition. `:memory:` keeps them off the disk. */
export function openRecommendations(file: string): RecommendationStore {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  seed(db);
  const select = db.prepare('SELECT other AS sku, reason FROM related WHERE sku = ? ORDER BY rank');
  const selectPairs = db.prepare(
    'SELECT sku, other AS "with", times FROM pairs ORDER BY times DESC, sku, other',
  );
  const read = (sku: string) => select.all(sku).map((row) => ({ ...(row as unknown as Related) }));
  return {
    of(sku) {
      const found = read(sku);
      return found.length ? found : read('');
    },
    pairs: () => selectPairs.all().map((row) => ({ ...(row as unknown as Pair) })),
    [Symbol.dispose]() {
      db.close();
    },
  };
}

function seed(db: DatabaseSync): void {
  const text = JSON.stringify([THEMES, FAVOURITES, PAIRS]);
  // SQLite keeps a signed 32-bit number for this; 0 is what a new file has.
  const edition = createHash('sha256').update(text).digest().readUInt32BE() & 0x7fffffff || 1;
  if (db.prepare('PRAGMA user_version').get()?.user_version === edition) return;
  db.exec(`BEGIN IMMEDIATE; DROP TABLE IF EXISTS related; DROP TABLE IF EXISTS pairs;
    CREATE TABLE related (sku TEXT NOT NULL, rank INTEGER NOT NULL, other TEXT NOT NULL, reason TEXT NOT NULL,
      PRIMARY KEY (sku, rank)) WITHOUT ROWID;
    CREATE TABLE pairs (sku TEXT NOT NULL, other TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (sku, other));`);
  const insert = db.prepare('INSERT INTO related VALUES (?, ?, ?, ?)');
  // '' stands for every product that is in none.
  const skus = new Set(['', ...THEMES.flatMap((theme) => theme.skus)]);
  for (const sku of skus) {
    for (const [rank, one] of relatedTo(sku).entries()) insert.run(sku, rank, one.sku, one.reason);
  }
  const insertPair = db.prepare('INSERT INTO pairs VALUES (?, ?, ?)');
  for (const pair of PAIRS) insertPair.run(...pair);
  db.exec(`PRAGMA user_version = ${edition}; COMMIT`);
}

/** Takes the product's neighbours, theme by theme: those that follow it in the list, then from the list's start. */
function relatedTo(sku: string): Related[] {
  const related = new Map<string, Related>();
  const take = (most: number) => {
    for (const { reason, skus } of THEMES) {
      const at = skus.indexOf(sku);
      if (at < 0) continue;
      const neighbours = [...skus.slice(at + 1), ...skus.slice(0, at)];
      for (const other of neighbours.filter((one) => !related.has(one)).slice(0, most)) {
        if (related.size < SHOWN) related.set(other, { sku: other, reason });
      }
    }
  };
  take(PER_THEME);
  take(SHOWN);
  for (const other of FAVOURITES) {
    if (related.size < SHOWN && other !== sku && !related.has(other))
      related.set(other, { sku: other, reason: 'One of our favourites' });
  }
  return [...related.values()];
}
