import type { DatabaseSync } from 'node:sqlite';
import { invalidOutboxOption, projectionFailed } from '../errors.ts';
import type { OutboxTables } from './outbox-tables.ts';
import { inTransaction, refusePromise } from './transaction.ts';

/**
 * Rows that are kept up to date from events, for example how many reviews a product has and how good they are.
 *
 * `rebuild` and `apply` run inside a transaction in which the projection's position moves, too: each event counts once,
 * whatever happens in between. They must be done when they return.
 */
export interface Projection {
  /** Permanent. */
  readonly name: string;
  /** An integer. Another one than last time has the projection rebuilt. */
  readonly version: number;
  /** Makes the rows anew from the team's own tables, which have everything that events until now told. */
  rebuild(): void;
  /** Takes one event, as `event` of an entry was. Events come in the order of their commits. */
  apply(event: unknown): void;
}

/** Most events in one transaction, so that other processes get their turn. */
const MAX_EVENTS = 200;

/** Keeps projections, each with its position in the table beside the outbox. */
export class Projections {
  readonly #database: DatabaseSync;
  readonly #tables: OutboxTables;
  readonly #projections: readonly Projection[];
  readonly #onError: (error: Error) => void;
  readonly #select;
  readonly #store;
  /** Up to which entry those that nobody needs any more have been removed. */
  #removedTo = 0;

  /** Rebuilds the projections whose version has changed. */
  constructor(
    database: DatabaseSync,
    tables: OutboxTables,
    projections: readonly Projection[],
    onError: (error: Error) => void,
  ) {
    this.#database = database;
    this.#tables = tables;
    this.#projections = projections;
    this.#onError = onError;
    this.#select = database.prepare(
      'SELECT version, position FROM outbox_projections WHERE name = ?',
    );
    this.#store = database.prepare('INSERT OR REPLACE INTO outbox_projections VALUES (?, ?, ?)');
    const names = projections.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw invalidOutboxOption('projections', 'of different names', twice);
    inTransaction(database, () => {
      // The positions of projections that are gone would keep every later entry in the outbox.
      database
        .prepare(
          `DELETE FROM outbox_projections WHERE name NOT IN (${names.map(() => '?').join()})`,
        )
        .run(...names);
      for (const projection of projections) this.#rebuildIfChanged(projection);
    });
  }

  /**
   * Applies the events that were added since, and answers the newest entry that they belong to. A projection that throws is
   * reported, and tried again the next time; the others go on.
   */
  catchUp(): number {
    const upTo = this.#tables.lastId();
    for (const projection of this.#projections) {
      while (this.#positionOf(projection) < upTo && this.#applyNext(projection, upTo));
    }
    if (this.#removedTo < upTo) {
      const from = this.#removedTo;
      this.#removedTo = Math.min(upTo, ...this.#projections.map((one) => this.#positionOf(one)));
      this.#tables.removeDoneAfter(from);
    }
    return upTo;
  }

  #rebuildIfChanged({ name, version, rebuild }: Projection): void {
    if (this.#select.get(name)?.version === version) return;
    refusePromise(rebuild());
    this.#store.run(name, version, this.#tables.lastId());
  }

  /** Where it stands; past everything when a newer release of the service keeps it now. */
  #positionOf({ name, version }: Projection): number {
    const row = this.#select.get(name);
    return row?.version === version ? Number(row.position) : Infinity;
  }

  /** Applies some of the events up to `upTo`; answers false when one of them failed. */
  #applyNext(projection: Projection, upTo: number): boolean {
    const { name, version } = projection;
    return inTransaction(this.#database, () => {
      // Read again: another process may have applied them in the meantime.
      const position = this.#positionOf(projection);
      if (position >= upTo) return true;
      const events = this.#tables.events(position, upTo, MAX_EVENTS);
      let reached = position;
      for (const { id, event } of events) {
        if (!this.#applyOne(projection, event)) {
          this.#store.run(name, version, reached);
          return false;
        }
        reached = id;
      }
      this.#store.run(name, version, events.length < MAX_EVENTS ? upTo : reached);
      return true;
    });
  }

  #applyOne(projection: Projection, event: unknown): boolean {
    this.#database.exec('SAVEPOINT outbox_event');
    try {
      refusePromise(projection.apply(event));
      this.#database.exec('RELEASE outbox_event');
      return true;
    } catch (error) {
      this.#database.exec('ROLLBACK TO outbox_event; RELEASE outbox_event');
      this.#onError(projectionFailed(projection.name, error));
      return false;
    }
  }
}
