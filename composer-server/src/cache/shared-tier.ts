import type { Entry } from './entry.ts';
import type { RequestHeaders } from './key.ts';
import type { Purge } from './memory-store.ts';
import type { SharedAnswer, SharedQuestion, SharedStore } from './shared-store.ts';

export interface SharedTierOptions {
  /** Longest that anybody waits for an answer, in milliseconds. Default 20. */
  readonly limitMs?: number;
  /** Longest that a purge waits until the tier has heard of it, in milliseconds. Default 250. */
  readonly purgeLimitMs?: number;
  /** After this many failures in a row the tier is left alone. Default 5. */
  readonly maxFailures?: number;
  /** How long it is left alone, in milliseconds; then one question tries again. Default 1000. */
  readonly pauseMs?: number;
}

/** Most purges that are remembered while the tier cannot be reached. */
const MAX_PENDING_PURGES = 1000;

interface Asked {
  readonly question: SharedQuestion;
  readonly resolve: (answer: SharedAnswer | undefined) => void;
}

/**
 * The shared tier as the cache sees it: never slower than its limit, never rejecting, left alone while it fails. Questions
 * of one tick go up together, so a page costs one round trip.
 */
export class SharedTier {
  readonly #store: SharedStore;
  readonly #limitMs: number;
  readonly #purgeLimitMs: number;
  readonly #maxFailures: number;
  readonly #pauseMs: number;
  #asked: Asked[] = [];
  #pendingPurges: Purge[] = [];
  #failures = 0;
  #openUntil = 0;

  constructor(
    store: SharedStore,
    { limitMs = 20, purgeLimitMs = 250, maxFailures = 5, pauseMs = 1000 }: SharedTierOptions = {},
  ) {
    this.#store = store;
    this.#limitMs = limitMs;
    this.#purgeLimitMs = purgeLimitMs;
    this.#maxFailures = maxFailures;
    this.#pauseMs = pauseMs;
  }

  /** What the tier holds; undefined when it does not say in time. */
  get(question: SharedQuestion): Promise<SharedAnswer | undefined> {
    if (performance.now() < this.#openUntil) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      if (this.#asked.push({ question, resolve }) === 1) setImmediate(() => void this.#ask());
    });
  }

  /** Stores behind: nobody waits for it. */
  set(entry: Entry, headers: RequestHeaders, epoch: number): void {
    if (performance.now() < this.#openUntil) return;
    // Full is not gone: a tier that takes no more may yet answer.
    this.#store.set(entry, headers, epoch).catch(() => {});
  }

  /** Drops everywhere; false when the tier could not be told now: it will be as soon as it can be reached. */
  async purge(purge: Purge): Promise<boolean> {
    // Asked even while it is left alone: what is purged must not come back.
    const told = await within(this.#purgeLimitMs, this.#store.purge(purge));
    if (told) return true;
    this.#pendingPurges.push(purge);
    if (this.#pendingPurges.length > MAX_PENDING_PURGES) this.#pendingPurges.shift();
    return false;
  }

  /** Tells the tier what it has missed. */
  async catchUp(): Promise<void> {
    const pending = this.#pendingPurges;
    this.#pendingPurges = [];
    for (const purge of pending) await this.purge(purge);
  }

  async #ask(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    const questions = asked.map(({ question }) => question);
    const result = await within(this.#limitMs, this.#store.getMany(questions));
    if (result) this.#failures = 0;
    else if (++this.#failures >= this.#maxFailures)
      this.#openUntil = performance.now() + this.#pauseMs;
    for (const [at, { resolve }] of asked.entries()) resolve(result?.value[at]);
  }
}

/** What the work gives; undefined when it fails or takes longer. */
async function within<T>(limitMs: number, work: Promise<T>): Promise<{ value: T } | undefined> {
  const { promise: limit, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), limitMs);
  const settled = work.then(
    (value) => ({ value }),
    () => undefined,
  );
  try {
    return await Promise.race([settled, limit]);
  } finally {
    clearTimeout(timer);
  }
}
