import {
  type FragmentManifest,
  matchPath,
  type PathPattern,
  resolveParams,
} from '@tessera/contract';
import { requestDirectives } from '../cache/cache-control.ts';
import { respond } from '../cache/respond.ts';
import { contentType } from '../decode.ts';
import { failureOf, fetchAnswer } from '../fetch.ts';
import { headerValues, ownCookies } from '../headers.ts';
import type { Observer } from '../observe.ts';
import { planContent } from '../page/plan.ts';
import type { PageRequest, PageResponse } from '../page.ts';
import { matchesPattern } from '../pattern-matcher.ts';
import type { Site } from '../site.ts';
import type { Target } from '../target.ts';
import { compressAsset } from './compress-asset.ts';
import {
  allowedLocation,
  failed,
  nothingHere,
  notStored,
  type Passage,
  refusals,
  sandboxHeaders,
} from './passage.ts';
import { readThrough, writeThrough } from './raw-passage.ts';

/**
 * Answers `/_fragments/<name>/<path>`: assets, then the fragment's content, then its actions; nothing else of its
 * service can be reached.
 */
export async function passThrough(
  site: Site,
  urlPath: string,
  target: Target,
  request: PageRequest,
  observer: Observer,
): Promise<PageResponse> {
  const [, name = '', path = ''] = /^\/_fragments\/([^/]+)\/(.*)$/.exec(urlPath) ?? [];
  const fragment = site.registry.get(name);
  const refuse = refusals(site, request);
  if (!fragment) return nothingHere(refuse);
  const { manifest } = fragment;
  if (!manifest) return refuse(502, 'This part of the site is not available.');
  const passage: Passage = { fragment, manifest, path, target, request, site, observer, refuse };
  const { kind, response } = pass(passage);
  const passed = await response;
  // An action's answer may hold what only its visitor may know.
  const compresses = kind === 'asset' && site.options.compression;
  const answer = compresses ? await compressAsset(passed, request, site.bodies) : passed;
  const more = kind === 'action' && manifest.cors.length > 0 ? corsHeaders(request, manifest) : [];
  if (!answer.headers.includes('x-request-id')) more.push('x-request-id', request.id);
  if (kind) {
    const ms = performance.now() - request.startedAt;
    observer.metrics.countPassage(name, kind, answer.status, ms);
  }
  return { ...answer, headers: [...answer.headers, ...more] };
}

function pass(passage: Passage): {
  kind?: 'asset' | 'content' | 'action';
  response: PageResponse | Promise<PageResponse>;
} {
  const { manifest, path, target, request, refuse } = passage;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && isAsset(manifest, path))
    return { kind: 'asset', response: readThrough(passage, 'asset') };
  const params =
    reads && manifest.content ? matchContent(manifest.content, path, target.query) : undefined;
  if (manifest.content && params)
    return { kind: 'content', response: content(passage, manifest.content, params) };
  if (!manifest.actions.some((action) => matchPath(action, path)))
    return { response: nothingHere(refuse) };
  if (isPreflight(request, manifest)) return { kind: 'action', response: preflight(request) };
  if (!reads && isForeign(request, manifest))
    return { kind: 'action', response: refuse(403, 'This request comes from another site.') };
  return {
    kind: 'action',
    response: reads ? readThrough(passage, 'action') : writeThrough(passage),
  };
}

/** What lies below `assets/`, and what the manifest names as an asset elsewhere. */
function isAsset({ assets, remote }: FragmentManifest, path: string): boolean {
  if (path.startsWith('assets/')) return true;
  const { js = [], css = [] } = remote?.closure ?? {};
  return [...assets.map(({ href }) => href), ...js, ...css, remote?.entry].includes(path);
}

/** Whether another site's page makes this unsafe request (Fetch Metadata; `cors` in the manifest lets origins in). */
function isForeign({ headers, origin }: PageRequest, manifest: FragmentManifest): boolean {
  const claimed = headers.origin;
  if (claimed !== undefined && manifest.cors.includes(claimed)) return false;
  return (
    headers['sec-fetch-site'] === 'cross-site' || (claimed !== undefined && claimed !== origin)
  );
}

/** Lets the pages of an origin that the manifest names read what the action answers, without cookies (Fetch §3.3). */
function corsHeaders({ headers }: PageRequest, { cors }: FragmentManifest): string[] {
  const { origin } = headers;
  const allowed = origin !== undefined && cors.includes(origin);
  return ['vary', 'origin', ...(allowed ? ['access-control-allow-origin', origin] : [])];
}

/** Whether a browser asks, for such a page, whether it may send its request. */
function isPreflight({ method, headers }: PageRequest, { cors }: FragmentManifest): boolean {
  return (
    method === 'OPTIONS' &&
    headers['access-control-request-method'] !== undefined &&
    headers.origin !== undefined &&
    cors.includes(headers.origin)
  );
}

function preflight({ headers }: PageRequest): PageResponse {
  const asked = (name: string) => String(headers[`access-control-request-${name}`] ?? '');
  const allowed = [
    'access-control-allow-methods',
    asked('method'),
    'access-control-max-age',
    '600',
  ];
  if (asked('headers')) allowed.push('access-control-allow-headers', asked('headers'));
  return { status: 204, headers: [...allowed, 'cache-control', 'no-store'], body: undefined };
}

/** The raw params when path and query ask for the fragment's content. */
function matchContent(
  pattern: PathPattern,
  path: string,
  query: URLSearchParams,
): Record<string, string | undefined> | undefined {
  const params: Record<string, string | undefined> | undefined = matchPath(pattern, path);
  if (!params) return undefined;
  for (const { key, value } of pattern.query) {
    const given = query.get(key) ?? undefined;
    if (value.kind === 'literal') {
      if (given !== decodeURIComponent(value.text)) return undefined;
    } else params[value.name] = given;
  }
  return params;
}

async function content(
  passage: Passage,
  pattern: PathPattern,
  raw: Readonly<Record<string, string | undefined>>,
): Promise<PageResponse> {
  const { fragment, manifest, target, request, site } = passage;
  const typed = resolveParams(manifest.params, raw, matchesPattern);
  if (!typed.ok) return nothingHere(passage.refuse);
  const planned = planContent(
    fragment,
    manifest,
    pattern,
    typed.params,
    target.query,
    request,
    manifest.timeoutMs,
  );
  if ('problem' in planned) return nothingHere(passage.refuse);
  const directives = requestDirectives(request.headers['cache-control']);
  const fetched = await fetchAnswer(
    site.cache,
    fragment,
    { ...planned, directives },
    request.signal,
  );
  if (fetched.kind === 'only-if-cached') return notStored(passage, fetched.status);
  if (fetched.kind !== 'answer') return failed(passage, failureOf(fragment, planned, fetched));
  const { answer, source } = fetched;
  if (source === 'origin') site.registry.noticeVersion(manifest.name, answer.headers);
  const cookies = ownCookies(manifest, answer.headers, request.origin).flatMap((cookie) => [
    'set-cookie',
    cookie,
  ]);
  if (answer.status >= 300 && answer.status < 400) {
    const requestUrl = fragment.service.origin + planned.path;
    const location = allowedLocation(passage, answer.headers, requestUrl);
    if (!location) return passage.refuse(502, 'This part of the site did not answer properly.');
    const headers = ['location', location, 'cache-control', 'no-store', ...cookies];
    return { status: answer.status, headers, body: undefined };
  }
  if (answer.status >= 400 && contentType(answer.headers).type !== 'text/html')
    return passage.refuse(answer.status, 'There is nothing here.');
  const conditions = CONTENT_CONDITIONS.flatMap((name) => {
    const value = request.headers[name];
    return value === undefined ? [] : [name, value];
  });
  const { status, headers, body } = respond(
    fetched,
    { method: request.method, headers: conditions },
    Date.now(),
  );
  const kept = CONTENT_HEADERS.flatMap((name) =>
    headerValues(headers, name).flatMap((value) => [name, value]),
  );
  const described = status === 304 ? [] : ['content-type', 'text/html; charset=utf-8'];
  return {
    status,
    headers: [
      ...[...described, 'cache-control', 'private, no-cache', ...kept],
      ...[...sandboxHeaders(['text/html']), ...cookies],
    ],
    body,
  };
}

const CONTENT_CONDITIONS = ['if-none-match', 'if-modified-since'] as const;
const CONTENT_HEADERS = ['etag', 'last-modified', 'vary', 'age', 'cache-status', 'tessera-version'];
