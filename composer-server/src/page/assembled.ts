import { LRUCache } from 'lru-cache';
import type { Entry } from '../cache/entry.ts';
import { type Coding, compressNow } from '../codings.ts';
import type { Flights } from './flights.ts';
import type { PageLifetime } from './page-policy.ts';
import { MIN_CODED_BYTES } from './whole-page.ts';

/** Headers that differ from one answer to the next. */
const OF_ONE_ANSWER = ['x-request-id', 'cache-control', 'cdn-cache-control', 'age'];

/** A whole page, made once of parts that are stored and shared, for everybody who asks alike. */
export interface AssembledPage {
  /** The route's pattern. */
  readonly page: string;
  /** What it is made of: it holds as long as each of them does. */
  readonly parts: readonly AssembledPart[];
  /** Without those that differ from one answer to the next: `x-request-id`, lifetime and coding. */
  readonly headers: readonly string[];
  readonly etag: string;
  /** Milliseconds since 1970: when the oldest of its parts was made, and until when all of them are fresh. */
  readonly bornAt: number;
  readonly freshUntil: number;
  readonly body: Buffer;
  /** Its answers to those who bring no condition, by what they accept. */
  readonly answers: Map<string | undefined, LastingAnswer>;
}

/** An answer for all who ask within the same second, but for its `x-request-id`. */
export interface LastingAnswer {
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/** A stored answer in a page, as it was when the page was assembled. */
export interface AssembledPart {
  readonly fragment: string;
  readonly entry: Entry;
  /** `entry.place.changes` then: any change of what is stored under its URL since may mean another answer. */
  readonly changes: number;
}

/** The page that was just made of these flights; undefined where it is fresh no longer, or not all of it is stored. */
export function assemble(
  page: string,
  flights: Flights,
  headers: readonly string[],
  { bornAt, freshUntil }: PageLifetime,
  etag: string,
  body: Buffer,
): AssembledPage | undefined {
  const parts: AssembledPart[] = [];
  for (const { plan, result } of flights.values()) {
    const entry = result?.kind === 'content' ? result.entry : undefined;
    if (!entry?.place) return undefined;
    parts.push({ fragment: plan.slot.name, entry, changes: entry.place.changes });
  }
  const lasting = headers.filter((_, i) => !OF_ONE_ANSWER.includes(headers[i - (i % 2)] ?? ''));
  return { page, parts, headers: lasting, etag, bornAt, freshUntil, body, answers: new Map() };
}

interface Kept {
  readonly assembled: AssembledPage;
  readonly coded: Map<Coding, Buffer>;
  /** After this the parts are looked up anew. */
  lookUpAt: number;
  hits: number;
}

/** Pages that are asked for less often are not worth the time of what compresses better than gzip. */
const OTHER_HITS = 3;
/** Compressing more than this at once would hold up everybody else for more than 10 ms. */
const MAX_CODED_BYTES = 256 * 1024;
/** What a page has besides its bytes. */
const OVERHEAD_BYTES = 2000;

/**
 * Assembled pages by what was asked, in memory: kept when they are asked for the second time, given until a part changes,
 * expires or is purged; the page that was not used for longest makes room. Every `lookUpMs` its parts are looked up anew, so
 * that the cache knows them to be in use.
 */
export class AssembledPages {
  readonly #pages: LRUCache<string, Kept | 'asked once'>;
  readonly #lookUpMs: number;

  constructor(maxBytes: number, { lookUpMs = 1000 }: { lookUpMs?: number } = {}) {
    this.#lookUpMs = lookUpMs;
    this.#pages = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      maxEntrySize: Math.max(1, Math.ceil(maxBytes / 10)),
      // Its compressed forms together are hardly larger than itself.
      sizeCalculation: (kept, key) =>
        2 * key.length +
        (kept === 'asked once' ? 100 : OVERHEAD_BYTES + 2 * kept.assembled.body.length),
    });
  }

  /** The page, if all of it still holds at `now`. */
  find(key: string, now: number): AssembledPage | undefined {
    const kept = this.#pages.get(key);
    if (kept === undefined || kept === 'asked once' || now >= kept.lookUpAt) return undefined;
    if (!stillHolds(kept.assembled, now)) return undefined;
    kept.hits++;
    return kept.assembled;
  }

  /** Keeps a page that was asked for before. */
  keep(key: string, assembled: AssembledPage, now: number): void {
    const known = this.#pages.get(key);
    if (known === undefined) return void this.#pages.set(key, 'asked once');
    const lookUpAt = now + this.#lookUpMs;
    if (known !== 'asked once' && known.assembled.body.equals(assembled.body)) {
      // The same bytes, brought up to date: what was made of them is still right.
      this.#pages.set(key, { ...known, assembled, lookUpAt });
    } else this.#pages.set(key, { assembled, coded: new Map(), lookUpAt, hits: 0 });
  }

  /** The page in a coding, made when it is wanted for the first time; undefined for one that is not worth it yet. */
  coded(key: string, coding: Coding): Buffer | undefined {
    const kept = this.#pages.peek(key);
    if (kept === undefined || kept === 'asked once') return undefined;
    const { body } = kept.assembled;
    if (body.length < MIN_CODED_BYTES || body.length > MAX_CODED_BYTES) return undefined;
    if (coding !== 'gzip' && kept.hits < OTHER_HITS) return undefined;
    let coded = kept.coded.get(coding);
    if (!coded) {
      coded = compressNow(body, coding);
      kept.coded.set(coding, coded);
    }
    return coded;
  }
}

function stillHolds({ parts }: AssembledPage, now: number): boolean {
  for (const { entry, changes } of parts) {
    // A soft purge ends the entry's freshness without changing what is stored.
    if (entry.place?.changes !== changes || now >= entry.windows.freshUntil) return false;
  }
  return true;
}
