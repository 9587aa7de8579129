import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/**
 * The right to deliver to a composer, which one process of a service has at a time. It ends by itself, so that another
 * process can go on when this one died.
 */
export class Lease {
  readonly #composer: string;
  readonly #owner = randomUUID();
  readonly #requestMs: number;
  readonly #select;
  readonly #take;
  readonly #release;

  /** `requestMs` is the most that a request takes: a lease that is held covers at least one. */
  constructor(database: DatabaseSync, composer: string, requestMs: number) {
    this.#composer = composer;
    this.#requestMs = requestMs;
    this.#select = database.prepare('SELECT owner, until FROM outbox_leases WHERE composer = ?');
    this.#take = database.prepare('INSERT OR REPLACE INTO outbox_leases VALUES (?, ?, ?)');
    this.#release = database.prepare('DELETE FROM outbox_leases WHERE composer = ? AND owner = ?');
  }

  /** Takes or renews it, inside a transaction; answers 0, or for how many milliseconds more another process has it. */
  take(): number {
    const lengthMs = 2 * this.#requestMs + 1000;
    const row = this.#select.get(this.#composer);
    const leftMs = Number(row?.until ?? 0) - Date.now();
    const isOurs = row?.owner === this.#owner;
    // A lease longer than any lease comes from a clock that was set back since.
    if (!isOurs && leftMs > 0 && leftMs <= lengthMs) return leftMs;
    if (!isOurs || leftMs < this.#requestMs + 500 || leftMs > lengthMs) {
      this.#take.run(this.#composer, this.#owner, Date.now() + lengthMs);
    }
    return 0;
  }

  /** Gives it back, if it is ours. */
  release(): void {
    this.#release.run(this.#composer, this.#owner);
  }
}
