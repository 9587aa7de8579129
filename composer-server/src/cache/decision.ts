import type { RequestDirectives } from './cache-control.ts';
import type { Windows } from './freshness.ts';

/** What may be done with a stored answer now. */
export type Decision =
  | 'fresh'
  /** It is stale, and the visitor said that this is good enough. */
  | 'stale'
  | 'stale-while-revalidate'
  /** Only when its service says that it still is right. */
  | 'revalidate';

/** By how much the clocks of machines that share a tier may differ. */
const MAX_SKEW_MS = 60_000;

/** Whether a stored answer may be served now (RFC 9111 §4), as the visitor's directives allow (§5.2.1). */
export function decide(windows: Windows, directives: RequestDirectives, now: number): Decision {
  const { bornAt, freshUntil, revalidateUntil, mayBeStale } = windows;
  const { noCache, maxAge, minFresh, maxStale } = directives;
  // The clock was set back: nobody knows any more how old it is.
  if (noCache || now < bornAt - MAX_SKEW_MS) return 'revalidate';
  if (maxAge !== undefined && now - bornAt >= maxAge * 1000) return 'revalidate';
  if (minFresh !== undefined && now + minFresh * 1000 >= freshUntil) return 'revalidate';
  if (now < freshUntil) return 'fresh';
  if (mayBeStale && maxStale !== undefined && now - freshUntil <= maxStale * 1000) return 'stale';
  return now < revalidateUntil ? 'stale-while-revalidate' : 'revalidate';
}

/**
 * Whether a stored answer may stand in for one that its service did not give (RFC 9111 §4.2.4): it is still fresh, or
 * inside the longest of the windows that the answer, the fragment's configuration and the visitor allow.
 */
export function mayStandIn(
  { freshUntil, errorUntil, mayBeStale }: Windows,
  { staleIfError }: RequestDirectives,
  staleIfErrorMs: number,
  now: number,
): boolean {
  if (now < freshUntil) return true;
  if (!mayBeStale) return false;
  return now < Math.max(errorUntil, freshUntil + Math.max(staleIfErrorMs, staleIfError * 1000));
}

/** Statuses that count as a failure for stale-if-error (RFC 5861 §4). */
export function isFailure(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504;
}
