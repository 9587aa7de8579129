import type { Purge } from './memory-store.ts';

/** How a waiter's wait ended. */
export type Waited<Outcome> =
  | { readonly kind: 'landed'; readonly outcome: Outcome }
  /** The answer turned out to be for its first asker only: everybody else asks for themselves. */
  | { readonly kind: 'released' }
  | { readonly kind: 'timeout' | 'aborted' };

/**
 * One request to a service on behalf of the cache and of all who wait for it. It belongs to none of them: it is given up
 * when nobody waits any more, unless its answer is known to be worth keeping.
 */
export class Flight<Outcome> {
  readonly fragment: string;
  readonly url: string;
  /** What joins it, where others may, asks for the same. */
  readonly key: string;
  /** Started without anybody who waits. */
  readonly background: boolean;
  /** How many purges had been made when it began. */
  readonly purgesBefore: number;
  readonly promise: Promise<Outcome>;
  readonly #controller = new AbortController();
  #released = false;
  /** Told when everybody but the first has to go. */
  #onReleased: (() => void)[] = [];
  readonly #onEmpty: () => void;
  #kept: boolean;
  #waiters = 0;
  #landed = false;

  constructor(
    { fragment, url }: { readonly fragment: string; readonly url: string },
    options: {
      readonly key: string;
      readonly background: boolean;
      readonly purgesBefore: number;
      readonly onEmpty: () => void;
    },
    run: (flight: Flight<Outcome>) => Promise<Outcome>,
  ) {
    this.fragment = fragment;
    this.url = url;
    this.key = options.key;
    this.background = options.background;
    this.purgesBefore = options.purgesBefore;
    this.#kept = options.background;
    this.#onEmpty = options.onEmpty;
    this.promise = run(this);
    const land = () => {
      this.#landed = true;
    };
    // Those who wait see a rejection; without anybody it must not end the process.
    this.promise.then(land, land);
  }

  /** Aborts when the flight is given up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From here on it flies to its end, whoever leaves: its answer will be stored. */
  keep(): void {
    this.#kept = true;
  }

  /** Sends everybody but the first away. */
  release(): void {
    this.#released = true;
    for (const tell of this.#onReleased) tell();
    this.#onReleased = [];
  }

  /** Whether what it brings may be what is purged, so that nobody new should join it. */
  isConcernedBy({ urls, groups = [], fragments, within }: Purge): boolean {
    if (within !== undefined && within !== this.fragment) return false;
    const named = urls?.includes(this.url) || fragments?.includes(this.fragment);
    return named === true || groups.length > 0;
  }

  /** Waits for the outcome. The first asker has no timer: the request itself ends in its time. */
  wait(first: boolean, deadline: number, visitor: AbortSignal): Promise<Waited<Outcome>> {
    if (visitor.aborted) {
      this.#leave();
      return Promise.resolve({ kind: 'aborted' });
    }
    this.#waiters++;
    // By hand: Promise.race makes three promises more, for every fragment of every page.
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        clearTimeout(timer);
        visitor.removeEventListener('abort', onAbort);
        this.#waiters--;
        this.#leave();
      };
      const end = (waited: Waited<Outcome>) => {
        if (ended) return;
        ended = true;
        leave();
        resolve(waited);
      };
      let ended = false;
      const onAbort = () => end({ kind: 'aborted' });
      visitor.addEventListener('abort', onAbort);
      if (!first) {
        timer = setTimeout(() => end({ kind: 'timeout' }), deadline - performance.now());
        if (this.#released) end({ kind: 'released' });
        else this.#onReleased.push(() => end({ kind: 'released' }));
      }
      this.promise.then(
        (outcome) => end({ kind: 'landed', outcome }),
        (error) => {
          if (!ended) leave();
          ended = true;
          reject(error);
        },
      );
    });
  }

  #leave(): void {
    if (this.#waiters > 0 || this.#kept || this.#landed) return;
    this.#onEmpty();
    this.#controller.abort();
  }
}
