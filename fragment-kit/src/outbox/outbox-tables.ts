import type { DatabaseSync } from 'node:sqlite';
import type { StoredEntry } from './entry.ts';
import { inTransaction } from './transaction.ts';

/** An entry that a composer has not acknowledged. */
export interface PendingEntry {
  readonly id: number;
  /** The body of the request. */
  readonly purge: string;
}

/** An event, with the entry that it came by. */
export interface StoredEvent {
  readonly id: number;
  readonly event: unknown;
}

/** How long deliveries to a composer that is not configured any more are kept: another process may still know it. */
const FORGET_COMPOSER_MS = 24 * 3_600_000;

/**
 * `outbox` is what changed: SQLite has one writer at a time, so its ids are in the order of the commits. `outbox_lanes` is what
 * is still to be told to whom, a row per composer, lane and entry. `outbox_leases` says which process delivers to a composer,
 * `outbox_projections` how far each projection has come.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, purge TEXT, event TEXT, addedAt INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS outbox_lanes (composer TEXT NOT NULL, lane TEXT NOT NULL, entry INTEGER NOT NULL,
    PRIMARY KEY (composer, lane, entry)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS outbox_lanes_by_entry ON outbox_lanes (entry, composer);
  CREATE TABLE IF NOT EXISTS outbox_leases (composer TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox_projections (name TEXT PRIMARY KEY, version INTEGER NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;`;

/** Acknowledged by every composer, and read by every projection. */
const DONE = `NOT EXISTS (SELECT 1 FROM outbox_lanes WHERE entry = outbox.id)
  AND id <= ifnull((SELECT min(position) FROM outbox_projections), id)`;

/** The outbox in the team's own file, which several processes may share. */
export type OutboxTables = ReturnType<typeof openOutboxTables>;

export function openOutboxTables(database: DatabaseSync, composers: readonly string[]) {
  // Others write for a moment only; without any patience a change would fail because of them.
  if (Object.values(database.prepare('PRAGMA busy_timeout').get() ?? {})[0] === 0) {
    database.exec('PRAGMA busy_timeout = 2000');
  }
  inTransaction(database, () => {
    database.exec(TABLES);
    const old = `SELECT id FROM outbox WHERE addedAt < ${Date.now() - FORGET_COMPOSER_MS}`;
    const known = composers.map(() => '?').join();
    database
      .prepare(`DELETE FROM outbox_lanes WHERE composer NOT IN (${known}) AND entry IN (${old})`)
      .run(...composers);
    database.exec(`DELETE FROM outbox WHERE ${DONE}`);
  });

  const insertEntry = database.prepare(
    'INSERT INTO outbox (purge, event, addedAt) VALUES (?, ?, ?)',
  );
  const insertLane = database.prepare('INSERT INTO outbox_lanes VALUES (?, ?, ?)');
  const selectLastId = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'");
  const selectPending = database.prepare(
    'SELECT count(DISTINCT entry) AS count FROM outbox_lanes WHERE composer = ?',
  );
  const selectAfter = database.prepare(
    'SELECT 1 FROM outbox_lanes WHERE composer = ? AND entry > ? LIMIT 1',
  );
  // First in each of its lanes: nothing that it must come after is still to be told.
  const selectFirst = database.prepare(`
    WITH first AS (SELECT min(entry) AS entry FROM outbox_lanes WHERE composer = :composer GROUP BY lane)
    SELECT id, purge FROM first JOIN outbox ON id = entry WHERE id <= :upTo GROUP BY id
    HAVING count(*) = (SELECT count(*) FROM outbox_lanes WHERE entry = id AND composer = :composer)
    ORDER BY id LIMIT :limit`);
  const deleteLanes = database.prepare('DELETE FROM outbox_lanes WHERE entry = ? AND composer = ?');
  const deleteDone = database.prepare(`DELETE FROM outbox WHERE id = ? AND ${DONE}`);
  const deleteDoneAfter = database.prepare(`DELETE FROM outbox WHERE id > ? AND ${DONE}`);
  const selectEvents = database.prepare(
    'SELECT id, event FROM outbox WHERE id > ? AND id <= ? AND event IS NOT NULL ORDER BY id LIMIT ?',
  );

  return {
    add({ purge, lanes, event }: StoredEntry): void {
      const { lastInsertRowid: id } = insertEntry.run(purge ?? null, event ?? null, Date.now());
      for (const composer of composers) {
        for (const lane of lanes) insertLane.run(composer, lane, id);
      }
    },
    /** The newest entry that there ever was; 0 before the first. */
    lastId: (): number => Number(selectLastId.get()?.seq ?? 0),
    /** How many entries a composer has not acknowledged. */
    pending: (composer: string): number => Number(selectPending.get(composer)?.count ?? 0),
    hasPendingAfter: (composer: string, id: number): boolean =>
      selectAfter.get(composer, id) !== undefined,
    /** The oldest entries up to `upTo` that may be delivered to a composer now, the oldest first. */
    deliverable: (composer: string, upTo: number, limit: number): PendingEntry[] =>
      selectFirst
        .all({ composer, upTo, limit })
        .map(({ id, purge }) => ({ id: Number(id), purge: String(purge) })),
    /** Notes that a composer knows of an entry, and removes the entry when nobody needs it any more. */
    acknowledge(composer: string, id: number): void {
      deleteLanes.run(id, composer);
      deleteDone.run(id);
    },
    /** Removes entries after `id` that nobody needs any more. */
    removeDoneAfter: (id: number): void => void deleteDoneAfter.run(id),
    events: (after: number, upTo: number, limit: number): StoredEvent[] =>
      selectEvents
        .all(after, upTo, limit)
        .map(({ id, event }) => ({ id: Number(id), event: JSON.parse(String(event)) })),
  };
}
