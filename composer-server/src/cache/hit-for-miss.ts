import { LRUCache } from 'lru-cache';
import { requestHeader } from './key.ts';
import type { Lookup } from './lookup.ts';

/** How many requests are remembered as not to be shared. */
const MAX_REQUESTS = 10_000;
/** After so many different requests in a row whose answers could not be shared, nobody waits for the next one's. */
const OWN_IN_A_ROW = 2;

/** What is known of answers that cannot be shared: nobody need wait for one of them in the hope of getting it too. */
export class HitForMiss {
  readonly #requests: LRUCache<string, true>;
  /** By `kindOf`: of how many different requests in a row the answers could not be shared. */
  readonly #ownInARow = new Map<string, number>();

  /** One request is remembered for `ttlMs`; `now` is in milliseconds. */
  constructor(ttlMs: number, now: () => number) {
    this.#requests = new LRUCache({
      max: MAX_REQUESTS,
      ttl: ttlMs,
      perf: { now },
      ttlResolution: 0,
    });
  }

  /** Whether the last answer to this request was for its asker alone. */
  has(key: string): boolean {
    return this.#requests.has(key);
  }

  /** Whether the answer will most likely be for its asker alone: the last one was, or all of this kind were. */
  isLikely(lookup: Lookup, key: string): boolean {
    return (this.#ownInARow.get(kindOf(lookup)) ?? 0) >= OWN_IN_A_ROW || this.has(key);
  }

  /** Takes in what an answer's head said. */
  note(lookup: Lookup, key: string, shareable: boolean, failed: boolean): void {
    // A visitor's own "no-store" says nothing about what others get.
    if (lookup.method !== 'GET' || lookup.directives.noStore || (failed && !shareable)) return;
    const kind = kindOf(lookup);
    if (shareable) {
      this.#requests.delete(key);
      this.#ownInARow.delete(kind);
      return;
    }
    if (!this.has(key)) this.#ownInARow.set(kind, (this.#ownInARow.get(kind) ?? 0) + 1);
    this.#requests.set(key, true);
  }
}

/** Requests whose answers may be shared alike: those for one form of a fragment, in a visitor's name or not. */
function kindOf({ fragment, form, headers }: Lookup): string {
  const personal = ['cookie', 'authorization'].some((name) => requestHeader(headers, name));
  return `${fragment} ${form} ${personal}`;
}
