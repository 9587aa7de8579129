import type { DatabaseSync } from 'node:sqlite';
import { describeError } from '@tessera/contract';
import { invalidOutboxOption, outboxOutsideTransaction } from '../errors.ts';
import { Courier } from './courier.ts';
import { type OutboxEntry, storedEntry } from './entry.ts';
import { type OutboxTables, openOutboxTables } from './outbox-tables.ts';
import { type Projection, Projections } from './projections.ts';
import { inTransaction, isBusy } from './transaction.ts';

export type { OutboxEntry } from './entry.ts';
export type { Projection } from './projections.ts';

export interface OutboxOptions {
  /** The team's own database. The outbox keeps its tables, `outbox…`, in it and uses this connection. */
  readonly database: DatabaseSync;
  /** Base URLs of the composers that are told, for example `http://127.0.0.1:3000/`: one per group of instances that share a Redis. */
  readonly composers: string | readonly string[];
  /** The token that the composers know this team by, `fragments.<name>.purgeToken` there. Needed when there are composers. */
  readonly purgeToken?: string | undefined;
  /** Rows that are kept from the events. Default none. */
  readonly projections?: readonly Projection[];
  /** The most that one request to a composer takes, in milliseconds. Default 2000. */
  readonly timeoutMs?: number;
  /** How long the first retry waits, and how long any waits at most, in milliseconds. Default 250 and 30000. */
  readonly retry?: { readonly firstMs?: number; readonly maxMs?: number };
  /** How often the file is looked at for what a process left behind that died, in milliseconds. Default 30000. */
  readonly pollMs?: number;
  /** How long `close()` waits for running requests before it cuts them, in milliseconds. Default 2000. */
  readonly drainMs?: number;
  /** Told when a composer cannot be told, once until it can again, and when a projection fails. Default: `console.error`. */
  readonly onError?: (error: Error) => void;
}

/** What changed, kept beside the data until everybody knows. */
export interface Outbox extends AsyncDisposable {
  /**
   * Runs `change` in a transaction of its own and answers what it returns: its writes and the entries that it adds are
   * stored together, or none of them when it throws. It must not be async. Projections are up to date afterwards.
   */
  transaction<T>(change: () => T): T;
  /**
   * Adds what changed. Call it in the transaction that makes the change; throws a CompositionError outside of one, and for
   * an entry that no composer would take.
   */
  add(entry: OutboxEntry): void;
  /** How many entries a composer has not acknowledged; of all composers the most. */
  pending(): number;
  /** Ends delivery within `drainMs`; what is left goes on with the next start. Does not close the database. May be called again. */
  close(): Promise<void>;
}

/** How long the outbox waits for a transaction to end that somebody has open on the connection, or in another process. */
const BUSY_RETRY_MS = 20;

/** How long it waits after any other failure of the database, for example a full disk. */
const FAILURE_RETRY_MS = 1000;

/**
 * Creates the outbox of a service, which tells composers what changed: each entry at least once, in order where two name the
 * same group, URL or fragment, also when the service or a composer was down in between. Several processes may share the file.
 *
 * Throws a CompositionError for a wrong option.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const resolved = resolveOptions(options);
  const { database, composers } = resolved;
  const tables = openOutboxTables(database, composers);
  const relay = new Relay(resolved, tables);
  relay.wake();
  const close = () => relay.close();
  return {
    transaction(change) {
      const result = inTransaction(database, change);
      relay.catchUp();
      return result;
    },
    add(entry) {
      if (!database.isTransaction) throw outboxOutsideTransaction();
      tables.add(storedEntry(entry));
      relay.wake();
    },
    pending: () => Math.max(0, ...composers.map((composer) => tables.pending(composer))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Brings what was added to projections and composers, as soon as its transaction is over. */
class Relay {
  readonly #options: ResolvedOptions;
  readonly #projections: Projections;
  readonly #couriers: readonly Courier[];
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ResolvedOptions, tables: OutboxTables) {
    const { database, composers, projections, onError } = options;
    const wake = () => this.wake();
    this.#options = options;
    this.#projections = new Projections(database, tables, projections, onError);
    this.#couriers = composers.map((composer) => {
      return new Courier({ ...options, tables, composer, wake });
    });
  }

  /** Runs in a moment: whoever calls this may be in the midst of a transaction. */
  wake(): void {
    if (this.#closed) return;
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#wakeIn(this.#attempt(() => this.#run()));
    });
  }

  /** Brings the projections up to date now. */
  catchUp(): void {
    if (this.#closed) return;
    this.#attempt(() => this.#projections.catchUp());
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all(
      this.#couriers.map((courier) =>
        // Whatever cannot be noted now is delivered once more after the next start.
        courier.close(this.#options.drainMs).catch(() => {}),
      ),
    ).then(() => {});
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    return this.#closed;
  }

  /** Answers after how many milliseconds to run again. */
  #run(): number {
    // Whatever is written now would be undone with the transaction that somebody has open.
    if (this.#options.database.isTransaction) return BUSY_RETRY_MS;
    // First the projections: a composer that is told at once asks for what they hold.
    const upTo = this.#projections.catchUp();
    const waits = this.#couriers.map((courier) => courier.run(upTo));
    return Math.min(this.#options.pollMs, ...waits);
  }

  /** Runs `work`, which answers after how long to run again; so does this when it fails. Never throws. */
  #attempt(work: () => number): number {
    try {
      return work();
    } catch (error) {
      if (!this.#options.database.isOpen) return Infinity;
      if (isBusy(error)) return BUSY_RETRY_MS;
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
      return FAILURE_RETRY_MS;
    }
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed || ms === Infinity) return;
    // It never keeps a process alive that has nothing else to do.
    this.#timer = setTimeout(() => this.wake(), Math.max(0, ms)).unref();
  }
}

type ResolvedOptions = ReturnType<typeof resolveOptions>;

function resolveOptions({
  database,
  composers,
  purgeToken,
  projections = [],
  timeoutMs = 2000,
  retry: { firstMs = 250, maxMs = 30_000 } = {},
  pollMs = 30_000,
  drainMs = 2000,
  onError = (error) => console.error(describeError(error)),
}: OutboxOptions) {
  const bases = [composers].flat().map(composerBase);
  if (bases.length > 0 && !/^[\x21-\x7e]+$/.test(purgeToken ?? '')) {
    throw invalidOutboxOption('purgeToken', 'a token of printable characters', purgeToken && '…');
  }
  const times = { timeoutMs, 'retry.firstMs': firstMs, 'retry.maxMs': maxMs, pollMs };
  for (const [name, ms] of Object.entries(times)) {
    if (!(ms > 0 && ms < 2 ** 31)) throw invalidOutboxOption(name, 'milliseconds, above 0', ms);
  }
  if (!(drainMs >= 0)) throw invalidOutboxOption('drainMs', 'milliseconds, 0 or more', drainMs);
  return Object.freeze({
    database,
    composers: [...new Set(bases)],
    token: purgeToken ?? '',
    projections,
    timeoutMs,
    retry: { firstMs, maxMs },
    pollMs,
    drainMs,
    onError: quiet(onError),
  });
}

function composerBase(composer: string): string {
  const url = URL.parse(composer);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw invalidOutboxOption('composers', 'base URLs, http or https', composer);
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

/** A listener whose own failure stops nothing. */
function quiet(onError: (error: Error) => void): (error: Error) => void {
  return (error) => {
    try {
      onError(error);
    } catch (failure) {
      console.error(failure);
    }
  };
}
