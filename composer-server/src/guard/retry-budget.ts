/** Of ten calls one may be repeated. */
const PER_CALL = 0.1;
/** A quiet service has few calls, but may still drop some of them at once when it restarts. */
const RESERVE = 10;
const RESERVE_PER_SECOND = 1;
const MAX = 100;

/** How many calls may be repeated: when a service is sick, repeating all of them would double its load. */
export class RetryBudget {
  readonly #now: () => number;
  #left = RESERVE;
  #at: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** Notes a call's first try. */
  note(): void {
    if (this.#left < MAX) this.#left += PER_CALL;
  }

  /** Whether a call may be repeated now; takes it from the budget. */
  take(): boolean {
    const now = this.#now();
    const gained = ((now - this.#at) / 1000) * RESERVE_PER_SECOND;
    this.#at = now;
    if (this.#left < RESERVE) this.#left = Math.min(RESERVE, this.#left + gained);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
