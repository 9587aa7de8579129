/** When a breaker opens, and for how long. */
export interface BreakerOptions {
  /** Only the calls of this long count, in milliseconds. */
  readonly windowMs: number;
  /** Fewer calls than this in the window say nothing. */
  readonly minCalls: number;
  /** Which part of them must have failed, above 0 up to 1. */
  readonly failureRatio: number;
  /** How long it stays open before a probe, in milliseconds; each time up to a fifth more or less. */
  readonly openMs: number;
  /** An answer that took longer counts as failed, in milliseconds. */
  readonly slowMs: number;
}

/** `half-open`: one probe is let through, or will be. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What a call says about its service; `void`: nothing, such as one that the visitor gave up. */
export type Verdict = 'success' | 'failure' | 'void';

/** What a breaker needs to know of the world; on the clock of `performance.now()`. */
export interface Clock {
  now(): number;
  /** From 0 up to 1. */
  random(): number;
}

const BUCKETS = 10;
/** A service that asks for more with `retry-after` is asked sooner all the same. */
const MAX_OPEN_MS = 60_000;

/**
 * Leaves a service alone while most calls to it fail: closed, open, then half-open until one probe has told. Every call
 * asks `admit()` first and says with `settle()` how it went.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #clock: Clock;
  readonly #calls = new Array<number>(BUCKETS).fill(0);
  readonly #failures = new Array<number>(BUCKETS).fill(0);
  #bucket = 0;
  #state: BreakerState = 'closed';
  #openUntil = 0;
  #retryAfterMs = 0;
  /** Calls of an earlier state must not decide about this one. */
  #generation = 1;
  #probing = false;
  #opened = 0;

  constructor(options: BreakerOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** How often it has opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Until the next probe, in milliseconds; 0 unless it is open. */
  get openForMs(): number {
    return this.#state === 'open' ? Math.max(0, this.#openUntil - this.#clock.now()) : 0;
  }

  /** The calls in the window, and how many of them failed. */
  get recent(): { readonly calls: number; readonly failures: number } {
    this.#roll(this.#clock.now());
    return { calls: sum(this.#calls), failures: sum(this.#failures) };
  }

  /** A ticket for one call; 0 when there must be none now. */
  admit(): number {
    if (this.#state === 'closed') return this.#generation;
    if (this.#state === 'open') {
      if (this.#clock.now() < this.#openUntil) return 0;
      this.#enter('half-open');
    }
    if (this.#probing) return 0;
    this.#probing = true;
    return this.#generation;
  }

  /** Whether a call that has waited may still be made. */
  stands(ticket: number): boolean {
    return ticket === this.#generation;
  }

  /** Notes how a call went. `retryAfterMs`: what a service asked for, should the breaker open. */
  settle(ticket: number, verdict: Verdict, retryAfterMs = 0): void {
    if (ticket !== this.#generation) return;
    if (this.#state === 'half-open') {
      this.#probing = false;
      if (verdict === 'success') this.#enter('closed');
      else if (verdict === 'failure') this.#open(retryAfterMs);
      return;
    }
    if (verdict === 'void') return;
    this.#roll(this.#clock.now());
    const at = this.#bucket % BUCKETS;
    this.#calls[at] = (this.#calls[at] ?? 0) + 1;
    if (verdict === 'success') return;
    this.#failures[at] = (this.#failures[at] ?? 0) + 1;
    this.#retryAfterMs = retryAfterMs;
    const { minCalls, failureRatio } = this.#options;
    const calls = sum(this.#calls);
    if (calls >= minCalls && sum(this.#failures) >= calls * failureRatio)
      this.#open(this.#retryAfterMs);
  }

  #open(retryAfterMs: number): void {
    const { openMs } = this.#options;
    // Instances that opened together must not probe together.
    const jittered = openMs * (0.8 + 0.4 * this.#clock.random());
    this.#openUntil = this.#clock.now() + Math.max(jittered, Math.min(retryAfterMs, MAX_OPEN_MS));
    this.#opened++;
    this.#enter('open');
  }

  #enter(state: BreakerState): void {
    this.#state = state;
    this.#generation++;
    this.#probing = false;
    this.#calls.fill(0);
    this.#failures.fill(0);
  }

  /** Forgets what is older than the window. */
  #roll(now: number): void {
    const bucket = Math.floor((now * BUCKETS) / this.#options.windowMs);
    for (let passed = Math.min(bucket - this.#bucket, BUCKETS); passed > 0; passed--) {
      this.#calls[(bucket - passed + 1) % BUCKETS] = 0;
      this.#failures[(bucket - passed + 1) % BUCKETS] = 0;
    }
    this.#bucket = Math.max(bucket, this.#bucket);
  }
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
