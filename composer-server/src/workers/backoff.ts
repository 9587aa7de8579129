const FIRST_MS = 100;
const LONGEST_MS = 30_000;
/** Who lived this long did not fail at its start. */
const LIVED_MS = 10_000;

/** How long to wait before what ended is started again: twice as long each time that it ended soon. */
export class Backoff {
  #nextMs = FIRST_MS;

  /** `livedMs`: how long it ran. */
  after(livedMs: number): number {
    if (livedMs >= LIVED_MS) this.#nextMs = FIRST_MS;
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(2 * waitMs, LONGEST_MS);
    return waitMs;
  }
}
