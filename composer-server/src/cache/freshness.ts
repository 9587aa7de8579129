import { headerValues, type ResponseHeaders } from '../headers.ts';
import { type CacheControl, responseDirectives } from './cache-control.ts';
import { parseHttpDate } from './http-date.ts';

/** When an answer was asked for and when its head came, in milliseconds since 1970. */
export interface AnswerTimes {
  readonly requestedAt: number;
  readonly receivedAt: number;
}

/** How long a stored answer may be served, in milliseconds since 1970. */
export interface Windows {
  /** When it was generated: the moment at which its age was 0 (RFC 9111 §4.2.3). */
  readonly bornAt: number;
  /** Fresh before this (RFC 9111 §4.2). */
  readonly freshUntil: number;
  /** Before this it is served while one request revalidates it (RFC 5861 §3). */
  readonly revalidateUntil: number;
  /** Before this it is served when its service fails (RFC 5861 §4). */
  readonly errorUntil: number;
  /** Whether it may ever be served stale (RFC 9111 §4.2.4). */
  readonly mayBeStale: boolean;
}

/**
 * The windows of an answer in a shared cache. `s-maxage` wins over `max-age`, that over `expires` (RFC 9111 §4.2.1); without
 * any of them it is stale at once, there is no heuristic. With `no-cache` it is never fresh (§5.2.2.4). An answer with
 * `must-revalidate`, `proxy-revalidate`, `no-cache` or `s-maxage` is never served stale (§4.2.4).
 */
export function windowsOf(headers: ResponseHeaders, times: AnswerTimes): Windows {
  const { control, targeted } = responseDirectives(headers);
  const lifetimeMs = control.noCache
    ? 0
    : (freshnessLifetime(headers, control, targeted, times) ?? 0);
  const bornAt = times.receivedAt - initialAge(headers, times);
  const freshUntil = control.noCache ? Number.NEGATIVE_INFINITY : bornAt + lifetimeMs;
  const mayBeStale = staleAllowed(control);
  return {
    bornAt,
    freshUntil,
    revalidateUntil: mayBeStale ? freshUntil + control.staleWhileRevalidate * 1000 : freshUntil,
    errorUntil: mayBeStale ? freshUntil + control.staleIfError * 1000 : freshUntil,
    mayBeStale,
  };
}

/** RFC 9111 §4.2.1, in milliseconds; undefined where the answer does not say. */
export function freshnessLifetime(
  headers: ResponseHeaders,
  control: CacheControl,
  targeted: boolean,
  { receivedAt }: AnswerTimes,
): number | undefined {
  const stated = control.sMaxage ?? control.maxAge;
  if (stated !== undefined) return stated * 1000;
  const [expires] = targeted ? [] : headerValues(headers, 'expires');
  if (expires === undefined) return undefined;
  // What is no date, `0` above all, is a time in the past (§5.3).
  const until = parseHttpDate(expires, receivedAt);
  if (until === undefined) return 0;
  return Math.max(
    0,
    until - (parseHttpDate(headerValues(headers, 'date')[0], receivedAt) ?? receivedAt),
  );
}

function staleAllowed(control: CacheControl): boolean {
  return !(
    control.mustRevalidate ||
    control.proxyRevalidate ||
    control.noCache ||
    control.sMaxage !== undefined
  );
}

/** The age that an answer had when it came, in milliseconds (RFC 9111 §4.2.3). */
export function initialAge(
  headers: ResponseHeaders,
  { requestedAt, receivedAt }: AnswerTimes,
): number {
  const date = parseHttpDate(headerValues(headers, 'date')[0], receivedAt);
  const apparentAge = date === undefined ? 0 : Math.max(0, receivedAt - date);
  const statedAge = statedSeconds(headers) * 1000 + (receivedAt - requestedAt);
  return Math.max(apparentAge, statedAge);
}

/** `age`: of several the first counts, what is no number is ignored (RFC 9111 §5.1). */
function statedSeconds(headers: ResponseHeaders): number {
  const first = headerValues(headers, 'age')[0]?.split(',', 1)[0]?.trim() ?? '';
  return /^\d+$/.test(first) ? Math.min(Number(first), 2 ** 31) : 0;
}

/** The value of `age` at a time: whole seconds since it was generated (RFC 9111 §5.1). */
export function ageSeconds({ bornAt }: Windows, now: number): number {
  return Math.max(0, Math.floor((now - bornAt) / 1000));
}
