/** How a wait for a place ended; `left`: who waited does not want it any more. */
export type Entered = 'in' | 'full' | 'left';

interface Waiting {
  readonly end: (how: Entered) => void;
}

/** At most so many at once; some more wait in line, the rest is turned away at once. */
export class ConcurrencyLimit {
  readonly #max: number;
  readonly #maxQueued: number;
  readonly #line = new Set<Waiting>();
  #active = 0;

  constructor(max: number, maxQueued: number) {
    this.#max = max;
    this.#maxQueued = maxQueued;
  }

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#line.size;
  }

  /** Takes a place, at once where there is one, else after at most `maxWaitMs`. `in` has to be followed by `leave()`. */
  enter(maxWaitMs: number, signal: AbortSignal | undefined): Entered | Promise<Entered> {
    if (this.#active < this.#max) {
      this.#active++;
      return 'in';
    }
    if (this.#line.size >= this.#maxQueued || maxWaitMs <= 0) return 'full';
    if (signal?.aborted) return 'left';
    return new Promise((resolve) => {
      const end = (how: Entered) => {
        this.#line.delete(waiting);
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
        resolve(how);
      };
      const waiting = { end };
      const leave = () => end('left');
      const timer = setTimeout(() => end('full'), maxWaitMs);
      signal?.addEventListener('abort', leave);
      this.#line.add(waiting);
    });
  }

  /** Gives the place to who has waited longest. */
  leave(): void {
    for (const first of this.#line) {
      first.end('in');
      return;
    }
    this.#active--;
  }
}
