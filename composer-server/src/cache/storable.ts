import { headerValue, type ResponseHeaders } from '../headers.ts';
import { responseDirectives, splitList } from './cache-control.ts';
import type { Windows } from './freshness.ts';
import { MAX_VARY_NAMES, type RequestHeaders, requestHeader, varyNames } from './key.ts';

/** Whether an answer may be kept; if not, why, in a word or two for `cache-status` and reports. */
export type Storable = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Status codes that a cache may keep without being told (RFC 9110 §15.1); 206 is never kept whole. */
const HEURISTIC = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);
/** Status codes whose caching is understood here, for `must-understand` (RFC 9111 §5.2.2.3). */
const UNDERSTOOD = new Set([
  ...HEURISTIC,
  ...[201, 202, 302, 303, 307, 400, 401, 403, 406, 409, 415, 422, 429, 451, 500, 502, 503, 504],
]);
/** These speak of one request's conditions, range or size: stored, they would meet everybody else. */
const ABOUT_ONE_REQUEST = new Set([206, 304, 412, 413, 416, 417, 431]);

/**
 * Whether a shared cache may keep this answer (RFC 9111 §3), as strictly as a cache must be that many visitors share:
 * nothing that sets a cookie, nothing that was asked with a cookie unless it says `public` or varies by it.
 */
export function judgeStorable(
  request: { readonly method: string; readonly headers: RequestHeaders },
  response: { readonly status: number; readonly headers: ResponseHeaders },
): Storable {
  const { status, headers } = response;
  const { control, targeted } = responseDirectives(headers);
  const no = (reason: string): Storable => ({ ok: false, reason });
  if (request.method !== 'GET') return no('method');
  if (status < 200 || status > 599 || ABOUT_ONE_REQUEST.has(status)) return no('status');
  const understood = UNDERSTOOD.has(status);
  if (control.mustUnderstand && !understood) return no('must-understand');
  if (control.noStore && !control.mustUnderstand) return no('no-store');
  if (control.private) return no('private');
  if (headers['set-cookie'] !== undefined) return no('set-cookie');
  const vary = varyNames(headers);
  if (vary === 'any') return no('vary-any');
  if (vary.length > MAX_VARY_NAMES) return no('vary-too-long');
  // RFC 9111 §3.5.
  const shared = control.public || control.sMaxage !== undefined || control.mustRevalidate;
  if (requestHeader(request.headers, 'authorization') !== undefined && !shared)
    return no('authorization');
  const hasCookie = requestHeader(request.headers, 'cookie') !== undefined;
  if (hasCookie && !control.public && !vary.includes('cookie')) return no('cookie');
  const explicit =
    control.public ||
    control.sMaxage !== undefined ||
    control.maxAge !== undefined ||
    (!targeted && headers.expires !== undefined);
  return explicit || HEURISTIC.has(status) ? { ok: true } : no('no-freshness');
}

/**
 * Whether keeping a storable answer can ever help: it is fresh, may be served stale, or can be validated.
 * `staleIfErrorMs` is the fragment's own window for failures.
 */
export function isWorthStoring(
  headers: ResponseHeaders,
  { freshUntil, revalidateUntil, errorUntil, mayBeStale }: Windows,
  receivedAt: number,
  staleIfErrorMs: number,
): boolean {
  const lastUse = Math.max(freshUntil, revalidateUntil, errorUntil);
  if (lastUse > receivedAt || (mayBeStale && staleIfErrorMs > 0)) return true;
  return headerValue(headers, 'etag') !== undefined || headers['last-modified'] !== undefined;
}

/** For one connection or one proxy only (RFC 9111 §3.1). */
const NEVER_STORED = new Set(
  'connection keep-alive proxy-connection proxy-authenticate proxy-authentication-info proxy-authorization te trailer transfer-encoding upgrade set-cookie age'.split(
    ' ',
  ),
);

/**
 * What is kept of an answer's header fields: all but those of the connection and those that `connection`, `private="…"`
 * or `no-cache="…"` name (RFC 9111 §3.1, §5.2.2.4, §5.2.2.7). `age` becomes part of the windows.
 */
export function storedHeaders(headers: ResponseHeaders): ResponseHeaders {
  const { control } = responseDirectives(headers);
  const connection = splitList((headerValue(headers, 'connection') ?? '').toLowerCase());
  const dropped = new Set([...connection, ...control.privateFields, ...control.noCacheFields]);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !NEVER_STORED.has(name) && !dropped.has(name)),
  );
}
