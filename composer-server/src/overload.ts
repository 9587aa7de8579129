/** How much the process takes on. */
export interface OverloadOptions {
  /** Most requests that are worked on at once. */
  readonly maxRequests: number;
  /** How late the event loop may be, on average, before less is taken on, in milliseconds. */
  readonly maxDelayMs: number;
}

/** What a request may cost now: everything, no optional slots, or nothing but a 503. */
export type Admission = 'all' | 'essential' | 'none';

/** With fewer requests than this, taking on less would not help: whatever keeps the loop busy, it is not them. */
const MIN_REQUESTS = 100;
/** From this part of the limit on optional slots are left out. */
const ESSENTIAL_SHARE = 0.75;
const LESS = 0.9;
const MORE = 1.05;

/**
 * Sheds load before everything is late: from three quarters of the limit on optional slots, at the limit whole requests.
 * The limit goes down by a tenth with every beat on which the event loop is too late, and comes back within seconds.
 */
export class Overload {
  readonly #options: () => OverloadOptions | undefined;
  #limit = Number.POSITIVE_INFINITY;
  #delayMs = 0;
  #inFlight = 0;
  #shedPages = 0;

  /** `options` answers those in use; undefined: everything is always taken on. */
  constructor(options: () => OverloadOptions | undefined) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** How late the event loop is on average, in milliseconds. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Requests that got nothing but a 503. */
  get shedPages(): number {
    return this.#shedPages;
  }

  /** Notes how late the event loop is, about twenty times a second. */
  note(delayMs: number): void {
    this.#delayMs = delayMs;
    const options = this.#options();
    if (!options) return;
    const limit = Math.min(this.#limit, options.maxRequests);
    this.#limit =
      delayMs > options.maxDelayMs
        ? Math.max(Math.min(MIN_REQUESTS, limit), Math.min(limit, this.#inFlight) * LESS)
        : limit * MORE + 1;
  }

  /** Takes a request on, unless the answer is `none`; then `leave()` has to follow. */
  enter(): Admission {
    const options = this.#options();
    if (!options) {
      this.#inFlight++;
      return 'all';
    }
    const limit = Math.min(this.#limit, options.maxRequests);
    if (this.#inFlight >= limit) {
      this.#shedPages++;
      return 'none';
    }
    this.#inFlight++;
    return this.#inFlight > limit * ESSENTIAL_SHARE ? 'essential' : 'all';
  }

  leave(): void {
    this.#inFlight--;
  }

  /** Counts a request as taken on until then. */
  hold(until: Promise<unknown>): void {
    this.#inFlight++;
    void until.finally(() => this.leave());
  }
}
