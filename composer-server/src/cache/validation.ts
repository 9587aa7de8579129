import { headerValue, headerValues, type ResponseHeaders } from '../headers.ts';
import { splitList } from './cache-control.ts';
import { parseHttpDate } from './http-date.ts';
import { type RequestHeaders, requestHeader } from './key.ts';

/** The conditions that ask a service whether a stored answer is still right (RFC 9111 §4.3.1), flat. */
export function conditionalHeaders(stored: ResponseHeaders): RequestHeaders {
  const etag = headerValue(stored, 'etag');
  const [lastModified] = headerValues(stored, 'last-modified');
  return [
    ...(etag === undefined ? [] : ['if-none-match', etag]),
    ...(lastModified === undefined ? [] : ['if-modified-since', lastModified]),
  ];
}

/**
 * Whether a 304 speaks of the stored answer (RFC 9111 §4.3.4): a strong validator in it must be the stored one; a weak
 * one, or none, is believed.
 */
export function isAboutStored(stored: ResponseHeaders, notModified: ResponseHeaders): boolean {
  const etag = headerValue(notModified, 'etag');
  if (etag === undefined || isWeak(etag)) return true;
  return etag === headerValue(stored, 'etag');
}

/** These describe the bytes that are stored, which a 304 does not send anew (RFC 9111 §3.2). */
const KEPT_ON_UPDATE = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
]);

/**
 * The stored header fields brought up to date by a 304 (RFC 9111 §3.2), but not by those of its connection. One without `date` is as old as its arrival
 * (RFC 9110 §6.6.1), so the stored date goes too.
 */
export function updatedHeaders(
  stored: ResponseHeaders,
  notModified: ResponseHeaders,
): ResponseHeaders {
  const connection = splitList((headerValue(notModified, 'connection') ?? '').toLowerCase());
  const updates = Object.entries(notModified).filter(
    ([name]) => !KEPT_ON_UPDATE.has(name) && name !== 'connection' && !connection.includes(name),
  );
  const { date: _, ...undated } = stored;
  return { ...undated, ...Object.fromEntries(updates) };
}

/**
 * Whether a visitor's condition is met by the stored answer, so that a 304 says it all (RFC 9111 §4.3.2): `if-none-match`
 * compared weakly, and only without it `if-modified-since`, against `last-modified`, else `date`.
 */
export function isNotModified(
  stored: { readonly status: number; readonly headers: ResponseHeaders },
  request: RequestHeaders,
  now: number,
): boolean {
  if (stored.status !== 200) return false;
  const ifNoneMatch = requestHeader(request, 'if-none-match');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    const etag = headerValue(stored.headers, 'etag');
    return etag !== undefined && entityTags(ifNoneMatch).includes(withoutWeakness(etag));
  }
  const since = parseHttpDate(requestHeader(request, 'if-modified-since'), now);
  if (since === undefined) return false;
  const [changed] = headerValues(stored.headers, 'last-modified');
  const modified = parseHttpDate(changed ?? headerValues(stored.headers, 'date')[0], now);
  return modified !== undefined && modified <= since;
}

/** The fields that a 304 must repeat (RFC 9110 §15.4.5) and those that name the stored answer's cache policy. */
const IN_NOT_MODIFIED = new Set(
  'cache-control cdn-cache-control content-location date etag expires last-modified vary'.split(
    ' ',
  ),
);

/** Of the stored header fields those that a 304 carries. */
export function notModifiedHeaders(stored: ResponseHeaders): ResponseHeaders {
  return Object.fromEntries(Object.entries(stored).filter(([name]) => IN_NOT_MODIFIED.has(name)));
}

/** Strong comparison (RFC 9110 §8.8.3.2). */
export function matchesStrongly(etag: string | undefined, other: string): boolean {
  return etag !== undefined && !isWeak(etag) && etag === other;
}

export function isWeak(etag: string): boolean {
  return /^w\//i.test(etag);
}

function entityTags(list: string): string[] {
  return (list.match(/(?:W\/)?"[^"]*"|[^\s,]+/gi) ?? []).map(withoutWeakness);
}

function withoutWeakness(etag: string): string {
  return etag.trim().replace(/^w\//i, '');
}
