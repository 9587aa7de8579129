import type { IncomingHttpHeaders } from 'node:http';
import {
  type FragmentManifest,
  fragmentBase,
  HOP_BY_HOP,
  REQUEST_HEADERS,
  whyNotForwarded,
} from '@tessera/contract';
import type { PageRequest } from './page.ts';
import { randomHex } from './random.ts';

/** Sent as `user-agent` to fragment services. */
export const USER_AGENT = 'tessera/0.1.0';

/** Headers by lower-case name, values of repeated ones in a list: what a fragment service answered. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A header's single value; repeated ones are joined by a comma (RFC 9110 §5.3). */
export function headerValue(headers: ResponseHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === 'object' ? value.join(', ') : value;
}

export function headerValues(headers: ResponseHeaders, name: string): readonly string[] {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** The visitor's own `x-forwarded-*` never go up; `xForwarded` gives the composer's. */
const mayForward = (name: string) =>
  whyNotForwarded(name) === undefined && !name.startsWith('x-forwarded-');

/** The headers that the manifest names, of those the visitor sent, as a flat list; ours are not among them. */
export function forwardedHeaders(manifest: FragmentManifest, request: PageRequest): string[] {
  const { headers: named, cookies } = manifest.forward;
  if (named.length + cookies.length === 0) return [];
  const all = named.includes('*');
  const isNamed = (name: string) => all || named.includes(name);
  const flat: string[] = [];
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || !mayForward(name) || !isNamed(name)) continue;
    if (connectionNames(request.headers).includes(name)) continue;
    flat.push(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const cookie = forwardedCookies(manifest, request.headers.cookie);
  if (cookie) flat.push('cookie', cookie);
  if (named.some((name) => name.startsWith('x-forwarded-')))
    for (const [name, value] of xForwarded(request))
      if (named.includes(name)) flat.push(name, value);
  return flat;
}

/** The cookies that the manifest names, as a `cookie` header's value; empty when the visitor has none of them. */
export function forwardedCookies(manifest: FragmentManifest, cookie: string | undefined): string {
  const { cookies } = manifest.forward;
  if (!cookie || cookies.length === 0) return '';
  if (cookies.includes('*')) return cookie;
  const pairs = cookie.split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => cookies.includes(pair.split('=', 1)[0] ?? '')).join('; ');
}

/** What the composer itself says about the visitor's request. */
export function xForwarded(request: PageRequest): [string, string][] {
  const { protocol, host } = new URL(request.origin);
  return [
    ['x-forwarded-host', host],
    ['x-forwarded-proto', protocol.slice(0, -1)],
    ['x-forwarded-for', request.address],
  ];
}

/** Names that `connection` makes hop-by-hop (RFC 9110 §7.6.1). */
function connectionNames(headers: IncomingHttpHeaders | ResponseHeaders): string[] {
  const connection = headers.connection;
  return connection
    ? String(connection)
        .toLowerCase()
        .split(/\s*,\s*/)
    : [];
}

/** Ours on every request for content or data: one list per fragment and kind, made once. */
export function ownHeaders(fragment: string, accept: string): readonly string[] {
  const key = `${fragment} ${accept}`;
  let own = OWN_HEADERS.get(key);
  if (!own) {
    own = [
      ...['accept', accept, 'accept-encoding', 'gzip, br', 'user-agent', USER_AGENT],
      ...[REQUEST_HEADERS.base, fragmentBase(fragment)],
    ];
    OWN_HEADERS.set(key, own);
  }
  return own;
}

/** As many as there are fragments in a configuration. */
const OWN_HEADERS = new Map<string, readonly string[]>();

/** What is another in every request: `traceparent` (W3C Trace Context level 1), id, and what is left of the time. */
export function traceHeaders(request: PageRequest, leftMs: number): string[] {
  return [
    ...['traceparent', traceparent(request), REQUEST_HEADERS.requestId, request.id],
    ...[REQUEST_HEADERS.deadlineMs, String(Math.max(0, Math.round(leftMs)))],
  ];
}

/** A child of the request's trace: same trace, new span. */
export function traceparent({ trace }: PageRequest): string {
  return `00-${trace.id}-${randomHex(8)}-${trace.flags}`;
}

/** Headers of a visitor's request that an action gets besides those its manifest names. */
const ACTION_HEADERS = new Set(
  'accept accept-charset accept-encoding accept-language content-type content-length content-encoding content-language content-disposition range if-match if-none-match if-modified-since if-unmodified-since if-range origin'.split(
    ' ',
  ),
);
const ASSET_HEADERS = new Set(
  'accept accept-encoding range if-match if-none-match if-modified-since if-unmodified-since if-range origin'.split(
    ' ',
  ),
);

/** The headers of a request for an action, flat. */
export function actionRequestHeaders(manifest: FragmentManifest, request: PageRequest): string[] {
  const flat = forwardedHeaders(manifest, request);
  for (const [name, value] of Object.entries(request.headers)) {
    if (ACTION_HEADERS.has(name) && value !== undefined && !hasName(flat, name))
      flat.push(name, String(value));
  }
  const referer = sameSiteReferer(request);
  if (referer && !hasName(flat, 'referer')) flat.push('referer', referer);
  for (const [name, value] of xForwarded(request)) if (!hasName(flat, name)) flat.push(name, value);
  flat.push(REQUEST_HEADERS.base, fragmentBase(manifest.name), 'traceparent', traceparent(request));
  flat.push(REQUEST_HEADERS.requestId, request.id);
  if (!hasName(flat, 'user-agent')) flat.push('user-agent', USER_AGENT);
  return flat;
}

/** Whether a flat list of headers has one of this name. */
function hasName(flat: readonly string[], name: string): boolean {
  return flat.some((part, at) => at % 2 === 0 && part === name);
}

/** The headers of a request for an asset, which is public: nothing of the visitor's own. */
export function assetRequestHeaders(request: PageRequest): string[] {
  const flat: string[] = ['user-agent', USER_AGENT];
  for (const [name, value] of Object.entries(request.headers)) {
    if (ASSET_HEADERS.has(name) && value !== undefined) flat.push(name, String(value));
  }
  return flat;
}

/** Path and query of the page that the request came from, if that is one of this site. */
function sameSiteReferer(request: PageRequest): string | undefined {
  const { referer } = request.headers;
  const url = referer && URL.canParse(referer) ? new URL(referer) : undefined;
  return url?.origin === request.origin ? url.pathname + url.search : undefined;
}

/** Never comes back from a fragment: it would speak for the whole site, or for one connection only. */
const NEVER_BACK = [
  ...HOP_BY_HOP,
  ...'clear-site-data service-worker-allowed strict-transport-security alt-svc nel report-to reporting-endpoints set-cookie location x-request-id'.split(
    ' ',
  ),
];

/** The end-to-end headers of an action's or asset's answer that may come back, flat; cookies and location are not among them. */
export function passthroughHeaders(headers: ResponseHeaders): string[] {
  const connection = connectionNames(headers);
  const flat: string[] = [];
  for (const name of Object.keys(headers)) {
    if (
      NEVER_BACK.includes(name) ||
      name.startsWith('access-control-') ||
      connection.includes(name)
    )
      continue;
    for (const value of headerValues(headers, name)) flat.push(name, value);
  }
  return flat;
}

/** Of a primary's headers these become the page's; cookies, location and links have rules of their own. */
const PRIMARY_HEADERS = ['content-language', 'last-modified', 'x-robots-tag', 'retry-after'];

export function primaryHeaders(headers: ResponseHeaders): string[] {
  return PRIMARY_HEADERS.flatMap((name) =>
    headerValues(headers, name).flatMap((value) => [name, value]),
  );
}

/**
 * The cookies that a fragment may set, as `set-cookie` values (RFC 6265 §4.1): only names in its `setCookies`;
 * `Domain` removed, `Path=/` and `SameSite=Lax` when absent, `Secure` under https.
 */
export function ownCookies(
  manifest: FragmentManifest,
  headers: ResponseHeaders,
  origin: string,
): string[] {
  return headerValues(headers, 'set-cookie').flatMap((cookie) => {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    if (!manifest.setCookies.includes(pair.split('=', 1)[0]?.trim() ?? '')) return [];
    const kept = attributes.filter((attribute) => attribute && !/^domain\s*(=|$)/i.test(attribute));
    const has = (name: string) =>
      kept.some((attribute) => attribute.split('=', 1)[0]?.trim().toLowerCase() === name);
    if (!has('path')) kept.push('Path=/');
    if (!has('samesite')) kept.push('SameSite=Lax');
    if (origin.startsWith('https:') && !has('secure')) kept.push('Secure');
    return [[pair, ...kept].join('; ')];
  });
}

/**
 * Where a fragment's redirect leads the visitor, or undefined for one that is not allowed: `/path` is the site's own;
 * a relative one counts from the request and must stay below the base, as `/_fragments/<name>/…`; an absolute one goes
 * to the visitor's own origin or to one of `redirects` only.
 */
export function visitorLocation(
  location: string,
  from: { base: URL; requestUrl: string; name: string },
  site: { origin: string; redirects: readonly string[] },
): string | undefined {
  if (/[\\\0-\x20\x7f]/.test(location) || location === '') return undefined;
  if (location.startsWith('/')) return location.startsWith('//') ? undefined : location;
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) {
    const url = URL.canParse(location) ? new URL(location) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
    return url.origin === site.origin || site.redirects.includes(url.origin) ? location : undefined;
  }
  const url = URL.canParse(location, from.requestUrl)
    ? new URL(location, from.requestUrl)
    : undefined;
  if (!url?.href.startsWith(from.base.href)) return undefined;
  return fragmentBase(from.name) + url.href.slice(from.base.href.length);
}
