import { varyNames } from '../cache/key.ts';
import type { Flights } from './flights.ts';
import type { PagePlan } from './plan.ts';

/** How a page may be cached, as header fields. */
export interface PagePolicy {
  readonly headers: readonly string[];
  /** How long caches that visitors share may keep it; undefined where they may not. */
  readonly lifetime: PageLifetime | undefined;
}

/** In milliseconds since 1970. */
export interface PageLifetime {
  /** When the oldest of its parts was made. */
  readonly bornAt: number;
  /** Until when all of its parts are fresh; infinite for a page without parts. */
  readonly freshUntil: number;
}

const PRIVATE = ['cache-control', 'private, no-cache'];
const NO_STORE = ['cache-control', 'no-store'];
/** Of a page whose scripts have a nonce. */
export const NONCED: PagePolicy = {
  headers: ['cache-control', 'private, no-store'],
  lifetime: undefined,
};

/**
 * A page may be kept as its parts may (RFC 9111): shared only when all of them are stored and shared; for as long as the
 * first of them is fresh; told apart by everything that tells any of them apart. Its lifetime is for caches that a purge
 * reaches (`cdn-cache-control`, RFC 9213), browsers ask each time. With a part that failed it is not kept at all; before
 * all parts are there nothing is known. `now` in milliseconds since 1970.
 */
export function pagePolicy(
  plan: PagePlan,
  flights: Flights,
  {
    noStore,
    settled,
    browserMaxAgeMs,
    compresses,
  }: { noStore: boolean; settled: boolean; browserMaxAgeMs: number; compresses: boolean },
  now: number,
): PagePolicy {
  const results = [...flights.values()].map(({ result }) => result);
  if (noStore || results.some((result) => result?.kind === 'fallback'))
    return { headers: NO_STORE, lifetime: undefined };
  const names = new Set<string>(compresses ? ['accept-encoding'] : []);
  if (!settled) return { headers: [...PRIVATE, ...varyHeader(names)], lifetime: undefined };

  let shared = true;
  let freshUntil = Number.POSITIVE_INFINITY;
  let bornAt = now;
  for (const { slot, fragment } of plan.slots) {
    const result = flights.get(slot.id)?.result;
    if (result?.kind !== 'content') continue;
    const { headers = [], cookies = [] } = fragment.manifest?.forward ?? {};
    const vary = varyNames(result.headers);
    // What never goes up is the same for everybody.
    const goesUp = (name: string) =>
      headers.includes('*') || headers.includes(name) || (name === 'cookie' && cookies.length > 0);
    if (vary !== 'any') for (const name of vary.filter(goesUp)) names.add(name);
    if (!result.entry && cookies.length > 0) names.add('cookie');
    shared &&= result.entry !== undefined;
    if (!result.entry) continue;
    freshUntil = Math.min(freshUntil, result.entry.windows.freshUntil);
    bornAt = Math.min(bornAt, result.entry.windows.bornAt);
  }
  const vary = varyHeader(names);
  if (!shared) return { headers: [...PRIVATE, ...vary], lifetime: undefined };
  const lifetime = { bornAt, freshUntil };
  return { headers: [...lifetimeHeaders(lifetime, browserMaxAgeMs, now), ...vary], lifetime };
}

/** Until when `lifetimeHeaders` are the same as `now`, in milliseconds since 1970. */
export function sameLifetimeUntil({ bornAt, freshUntil }: PageLifetime, now: number): number {
  if (freshUntil === Number.POSITIVE_INFINITY) return freshUntil;
  const older = now + 1000 - (Math.max(0, now - bornAt) % 1000);
  const less = now + 1 + (Math.max(0, freshUntil - now) % 1000);
  return Math.min(older, less);
}

/** The lifetime of a shared page as header fields. */
export function lifetimeHeaders(
  { bornAt, freshUntil }: PageLifetime,
  browserMaxAgeMs: number,
  now: number,
): string[] {
  if (freshUntil === Number.POSITIVE_INFINITY) return ['cache-control', 'public, no-cache'];
  const ageSeconds = Math.max(0, Math.floor((now - bornAt) / 1000));
  const leftSeconds = Math.max(0, Math.floor((freshUntil - now) / 1000));
  const browserSeconds = Math.min(leftSeconds, Math.floor(browserMaxAgeMs / 1000));
  const forBrowsers = browserSeconds > 0 ? `max-age=${ageSeconds + browserSeconds}` : 'no-cache';
  return [
    ...['cache-control', `public, ${forBrowsers}`],
    ...['cdn-cache-control', `max-age=${ageSeconds + leftSeconds}`],
    ...['age', String(ageSeconds)],
  ];
}

function varyHeader(names: ReadonlySet<string>): string[] {
  return names.size ? ['vary', [...names].sort().join(', ')] : [];
}

/** The same for an answer that is its visitor's own. */
export function withoutSharing(headers: readonly string[]): string[] {
  const at = headers.indexOf('vary');
  return [...PRIVATE, ...(at < 0 ? [] : headers.slice(at, at + 2))];
}
