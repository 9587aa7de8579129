import type { DatabaseSync } from 'node:sqlite';
import { purgeNotDelivered } from '../errors.ts';
import { Lease } from './lease.ts';
import type { OutboxTables, PendingEntry } from './outbox-tables.ts';
import { sendPurge } from './send-purge.ts';
import { inTransaction } from './transaction.ts';

/** Most requests to a composer at once. */
const MAX_IN_FLIGHT = 8;

export interface CourierOptions {
  readonly database: DatabaseSync;
  readonly tables: OutboxTables;
  /** The composer's base URL. */
  readonly composer: string;
  readonly token: string;
  /** The most that a request takes, in milliseconds. */
  readonly timeoutMs: number;
  /** How long the first retry waits at most, and how long any does, in milliseconds. */
  readonly retry: { readonly firstMs: number; readonly maxMs: number };
  readonly onError: (error: Error) => void;
  /** Called when a request has ended, so that `run` is called again. */
  readonly wake: () => void;
}

/** What is known of an entry that could not be delivered. Times are `performance.now()`. */
interface Failure {
  readonly attempts: number;
  readonly retryAt: number;
}

/** What to send now, and after how many milliseconds to look again. */
interface Next {
  readonly entries: readonly PendingEntry[];
  readonly waitMs: number;
}

/** Tells one composer what changed: every entry at least once, and those of a lane one after the other. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #lease: Lease;
  readonly #inFlight = new Map<number, { cut: AbortController; done: Promise<void> }>();
  readonly #failures = new Map<number, Failure>();
  /** Delivered, but not yet noted in the file. Until then nothing that comes after them is sent. */
  readonly #delivered = new Set<number>();
  /** How often, and when next, a composer is asked whether it is back. */
  #probes = 0;
  #probeAt = 0;
  #isFailing = false;
  #isClosing = false;

  constructor(options: CourierOptions) {
    const { database, composer, timeoutMs } = options;
    this.#options = options;
    this.#lease = new Lease(database, composer, timeoutMs);
  }

  /**
   * Notes what was delivered and sends what may be sent, up to the entry `upTo`. Answers after how many milliseconds
   * it wants to be called again; Infinity when only `wake` or a new entry can bring something to do.
   */
  run(upTo: number): number {
    const { database, tables, composer } = this.#options;
    const isIdle = this.#inFlight.size === 0 && this.#delivered.size === 0;
    if (isIdle && !tables.hasPendingAfter(composer, 0)) return Infinity;
    const noted = [...this.#delivered];
    const { entries, waitMs } = inTransaction(database, () => {
      for (const id of noted) tables.acknowledge(composer, id);
      return this.#next(upTo);
    });
    // Only now: had the transaction failed they would have to be noted again.
    for (const id of noted) this.#delivered.delete(id);
    for (const entry of entries) this.#send(entry);
    return waitMs;
  }

  /** Waits for running requests, at most `drainMs`, and lets other processes go on. */
  async close(drainMs: number): Promise<void> {
    const { database, tables, composer } = this.#options;
    this.#isClosing = true;
    const cutAll = () => {
      for (const { cut } of this.#inFlight.values()) cut.abort();
    };
    const timer = setTimeout(cutAll, drainMs);
    await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
    clearTimeout(timer);
    if (!database.isOpen || database.isTransaction) return;
    inTransaction(database, () => {
      for (const id of this.#delivered) tables.acknowledge(composer, id);
      this.#lease.release();
    });
  }

  /** What to send now, inside a transaction. */
  #next(upTo: number): Next {
    const { tables, composer } = this.#options;
    const heldMs = this.#lease.take();
    // Somebody else delivers; when it dies, its lease ends.
    if (heldMs > 0) return { entries: [], waitMs: heldMs + 1 };
    const now = performance.now();
    const { entries, waitMs } = this.#isDown ? this.#probe(upTo, now) : this.#due(upTo, now);
    if (entries.length > 0 || this.#inFlight.size > 0) return { entries, waitMs };
    // The process that added these saw that we deliver, and went to sleep.
    if (tables.hasPendingAfter(composer, upTo)) return { entries, waitMs: 0 };
    this.#lease.release();
    return { entries, waitMs };
  }

  /** Entries whose time has come, and when that of the others does. */
  #due(upTo: number, now: number): Next {
    const free = MAX_IN_FLIGHT - this.#inFlight.size;
    const limit = MAX_IN_FLIGHT + this.#failures.size;
    const first = this.#first(upTo, limit);
    if (first.length < limit) this.#forgetFailures(first, now);
    const entries = first
      .filter(({ id }) => !this.#inFlight.has(id) && (this.#failures.get(id)?.retryAt ?? 0) <= now)
      .slice(0, free);
    return { entries, waitMs: this.#retryAfter(now) - now };
  }

  /** One entry, to see whether the composer is back; of those that were tried least, so that none is always the one. */
  #probe(upTo: number, now: number): Next {
    if (this.#inFlight.size > 0) return { entries: [], waitMs: Infinity };
    if (now < this.#probeAt) return { entries: [], waitMs: this.#probeAt - now };
    const limit = 1 + this.#failures.size;
    const attempts = ({ id }: PendingEntry) => this.#failures.get(id)?.attempts ?? 0;
    const first = this.#first(upTo, limit).sort((a, b) => attempts(a) - attempts(b));
    if (first.length < limit) this.#forgetFailures(first, Infinity);
    return { entries: first.slice(0, 1), waitMs: Infinity };
  }

  #first(upTo: number, limit: number): PendingEntry[] {
    const { tables, composer } = this.#options;
    return tables.deliverable(composer, upTo, limit);
  }

  /** Whether so many entries failed that it is the composer and not they. */
  get #isDown(): boolean {
    return this.#failures.size >= MAX_IN_FLIGHT;
  }

  /** Forgets failures that are due at `time`, and whose entries another process has delivered meanwhile. */
  #forgetFailures(first: readonly PendingEntry[], time: number): void {
    const ids = new Set(first.map(({ id }) => id));
    for (const [id, { retryAt }] of this.#failures) {
      if (retryAt <= time && !ids.has(id)) this.#failures.delete(id);
    }
  }

  /** When the next retry is due; those that are due already are sent now, or as soon as another request ends. */
  #retryAfter(now: number): number {
    let next = Infinity;
    for (const { retryAt } of this.#failures.values()) {
      if (retryAt > now && retryAt < next) next = retryAt;
    }
    return next;
  }

  #send(entry: PendingEntry): void {
    const cut = new AbortController();
    const done = this.#deliver(entry, cut).finally(() => {
      this.#inFlight.delete(entry.id);
      this.#options.wake();
    });
    this.#inFlight.set(entry.id, { cut, done });
  }

  async #deliver({ id, purge }: PendingEntry, cut: AbortController): Promise<void> {
    const { composer, token, timeoutMs, onError } = this.#options;
    const url = new URL('_tessera/purge', composer).href;
    const timer = setTimeout(() => cut.abort(), timeoutMs);
    const problem = await sendPurge({ url, token, body: purge, signal: cut.signal });
    clearTimeout(timer);
    if (problem === undefined) {
      // A composer that is back gets everything at once.
      if (this.#isDown) this.#failures.clear();
      this.#failures.delete(id);
      this.#probes = 0;
      if (this.#failures.size === 0) this.#isFailing = false;
      this.#delivered.add(id);
      return;
    }
    const attempts = (this.#failures.get(id)?.attempts ?? 0) + 1;
    this.#failures.set(id, { attempts, retryAt: performance.now() + this.#backOffMs(attempts) });
    // What was sent together fails together, and counts as one.
    if (this.#isDown && this.#inFlight.size === 1) {
      this.#probeAt = performance.now() + this.#backOffMs(++this.#probes);
    }
    // Once, not per attempt: a composer may be down for hours.
    if (!this.#isFailing && !this.#isClosing) onError(purgeNotDelivered(composer, problem));
    this.#isFailing = true;
  }

  /** Doubles with every attempt, with jitter: many services must not all ask a composer that is just back at once. */
  #backOffMs(attempts: number): number {
    const { firstMs, maxMs } = this.#options.retry;
    return Math.min(maxMs, firstMs * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
  }
}
