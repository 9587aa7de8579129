import { LRUCache } from 'lru-cache';
import { requestHeader } from './key.ts';
import { joinKey, type Lookup } from './lookup.ts';

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

  /** Whether the answer will most likely be for its asker alone: all of this kind were, or the last one was. */
  isLikely(lookup: Lookup): boolean {
    return this.#isOwn(kindOf(lookup)) || this.has(joinKey(lookup));
  }

  /** Takes in what an answer's head said. */
  note(lookup: Lookup, shareable: boolean, failed: boolean): void {
    // A visitor's own "no-store" says nothing about what others get.
    if (lookup.method !== 'GET' || lookup.directives.noStore || (failed && !shareable)) return;
    const kind = kindOf(lookup);
    if (shareable) {
      this.#requests.delete(joinKey(lookup));
      this.#ownInARow.delete(kind);
    } else if (!this.#isOwn(kind)) {
      const key = joinKey(lookup);
      if (!this.has(key)) this.#ownInARow.set(kind, (this.#ownInARow.get(kind) ?? 0) + 1);
      this.#requests.set(key, true);
    }
  }

  #isOwn(kind: string): boolean {
    return (this.#ownInARow.get(kind) ?? 0) >= OWN_IN_A_ROW;
  }
}

/** Requests whose answers may be shared alike: those for one form of a fragment, in a visitor's name or not. */
function kindOf({ fragment, form, headers }: Lookup): string {
  const personal = requestHeader(headers, 'cookie') || requestHeader(headers, 'authorization');
  return personal ? `${fragment} ${form} personal` : `${fragment} ${form}`;
}
