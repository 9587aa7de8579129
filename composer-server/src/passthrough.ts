import { Readable } from 'node:stream';
import {
  type CompositionError,
  type FragmentManifest,
  matchPath,
  type PathPattern,
  resolveParams,
} from '@tessera/contract';
import { requestDirectives } from './cache/cache-control.ts';
import { keyHeaders } from './cache/key.ts';
import { respond } from './cache/respond.ts';
import { contentType } from './decode.ts';
import { errorPage, textAnswer } from './error-page.ts';
import { fragmentTimeout, visitorLeft } from './errors.ts';
import { failureOf, failureStatus, fetchAnswer } from './fetch.ts';
import {
  actionRequestHeaders,
  assetRequestHeaders,
  headerValue,
  headerValues,
  ownCookies,
  passthroughHeaders,
  type ResponseHeaders,
  visitorLocation,
} from './headers.ts';
import type { Observer } from './observe.ts';
import type { PageRequest, PageResponse } from './page.ts';
import { planContent } from './plan.ts';
import { interimTo, loadRaw, streamFailure } from './raw-answer.ts';
import type { Fragment } from './registry.ts';
import type { Site } from './site.ts';
import type { Target } from './target.ts';
import type { StreamResponse } from './upstream.ts';

/** One request on its way through to a fragment. */
interface Passage {
  readonly fragment: Fragment;
  readonly manifest: FragmentManifest;
  /** What follows the fragment's base, encoded. */
  readonly path: string;
  readonly target: Target;
  readonly request: PageRequest;
  readonly site: Site;
  readonly observer: Observer;
  readonly refuse: Refuse;
}

/** What a request is answered with that does not reach the service, or gets no proper answer from it. */
type Refuse = (status: number, text: string, headers?: readonly string[]) => PageResponse;

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
  const answer = await response;
  if (kind) {
    const ms = performance.now() - request.startedAt;
    observer.metrics.countPassage(name, kind, answer.status, ms);
  }
  return answer;
}

function pass(passage: Passage): {
  kind?: 'asset' | 'content' | 'action';
  response: PageResponse | Promise<PageResponse>;
} {
  const { manifest, path, target, request, refuse } = passage;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && isAsset(manifest, path)) return { kind: 'asset', response: read(passage, 'asset') };
  const params =
    reads && manifest.content ? matchContent(manifest.content, path, target.query) : undefined;
  if (manifest.content && params)
    return { kind: 'content', response: content(passage, manifest.content, params) };
  if (!manifest.actions.some((action) => matchPath(action, path)))
    return { response: nothingHere(refuse) };
  if (!reads && isForeign(request, manifest))
    return { kind: 'action', response: refuse(403, 'This request comes from another site.') };
  return { kind: 'action', response: reads ? read(passage, 'action') : write(passage) };
}

/** A visitor who follows a link or posts a form gets the site's own page for the status, a program a short text. */
function refusals({ templates }: Site, request: PageRequest): Refuse {
  return (status, text, headers) =>
    isNavigation(request)
      ? errorPage(status, request, templates.errorPages, headers)
      : textAnswer(status, text, headers);
}

function nothingHere(refuse: Refuse): PageResponse {
  return refuse(404, 'There is nothing here.');
}

/** Whether the answer will be a page that somebody reads (Fetch Metadata; older browsers ask for HTML before all else). */
function isNavigation({ headers }: PageRequest): boolean {
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate';
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(headers.accept ?? '');
}

/** What lies below `assets/`, and what the manifest names as an asset elsewhere. */
function isAsset({ assets, remote }: FragmentManifest, path: string): boolean {
  if (path.startsWith('assets/')) return true;
  const { js = [], css = [] } = remote?.closure ?? {};
  return [...assets.map(({ href }) => href), ...js, ...css, remote?.entry].includes(path);
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
  const typed = resolveParams(manifest.params, raw);
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
      ...[...sandboxHeaders('text/html'), ...cookies],
    ],
    body,
  };
}

const CONTENT_CONDITIONS = ['if-none-match', 'if-modified-since'] as const;
const CONTENT_HEADERS = ['etag', 'last-modified', 'vary', 'age', 'cache-status'];

/** RFC 9111 §5.2.1.7: the visitor wants a stored answer, and there is none. */
function notStored({ refuse }: Passage, cacheStatus: string): PageResponse {
  return refuse(504, 'This is not stored.', ['cache-status', cacheStatus]);
}

function failed(passage: Passage, error: CompositionError): PageResponse {
  report(passage, error);
  return passage.refuse(failureStatus(error), 'This part of the site did not answer.');
}

/** Where a redirect leads, undefined when it must not. */
function allowedLocation(
  { fragment, request, site }: Passage,
  headers: ResponseHeaders,
  requestUrl: string,
): string | undefined {
  const { base, name } = fragment.options;
  const { redirects } = site.options;
  const location = headerValue(headers, 'location') ?? '';
  return visitorLocation(
    location,
    { base, requestUrl, name },
    { origin: request.origin, redirects },
  );
}

function report({ observer: { log }, request, manifest }: Passage, err: Error): void {
  if (!request.signal.aborted)
    log.warn(
      { requestId: request.id, traceId: request.trace.id, fragment: manifest.name, err },
      err.message,
    );
}

/** Whether another site's page makes this unsafe request (Fetch Metadata; `cors` in the manifest lets origins in). */
function isForeign({ headers, origin }: PageRequest, manifest: FragmentManifest): boolean {
  const claimed = headers.origin;
  if (claimed !== undefined && manifest.cors.includes(claimed)) return false;
  return (
    headers['sec-fetch-site'] === 'cross-site' || (claimed !== undefined && claimed !== origin)
  );
}

/** An asset or a safe request to an action: through the cache, streamed where it cannot be stored. */
async function read(passage: Passage, kind: 'asset' | 'action'): Promise<PageResponse> {
  const { fragment, manifest, request, site } = passage;
  const url = upstreamUrl(passage);
  if (!url) return nothingHere(passage.refuse);
  const headers =
    kind === 'asset' ? assetRequestHeaders(request) : actionRequestHeaders(manifest, request);
  const fetched = await site.cache.get(
    {
      fragment: manifest.name,
      form: 'raw',
      method: request.method,
      url: url.href,
      headers: keyHeaders(headers),
      directives: requestDirectives(request.headers['cache-control']),
      timeoutMs: manifest.actionTimeoutMs,
      signal: request.signal,
      staleIfErrorMs: fragment.options.staleIfErrorMs,
    },
    loadRaw(fragment, manifest.actionTimeoutMs, url, headers, request),
  );
  switch (fetched.kind) {
    case 'answer': {
      const whole = respond(fetched, { method: request.method, headers }, Date.now());
      const kept = answerHeaders(passage, whole.headers, url.href, kind);
      if (!kept) return passage.refuse(502, 'This part of the site did not answer properly.');
      return { status: whole.status, headers: kept, body: whole.body };
    }
    case 'passed':
      return streamed(passage, fetched.passed, url, kind, ['cache-status', fetched.status]);
    case 'only-if-cached':
      return notStored(passage, fetched.status);
    case 'failure':
      return failed(passage, fetched.failure);
    case 'timeout':
      return failed(passage, fragmentTimeout(manifest.name, url.href, manifest.actionTimeoutMs));
    case 'aborted':
      return failed(passage, visitorLeft(manifest.name));
  }
}

/** An unsafe request to an action: its bodies stream both ways, and what is stored of it is stale from now on. */
async function write(passage: Passage): Promise<PageResponse> {
  const { fragment, manifest, request, site } = passage;
  const url = upstreamUrl(passage);
  if (!url) return nothingHere(passage.refuse);
  const body = requestBody(request, site.options.limits.maxRequestBytes);
  if (body === 'too-large') return passage.refuse(413, 'The request is too large.');
  try {
    const response = await fragment.service.openStream({
      method: request.method,
      path: url.pathname + url.search,
      headers: actionRequestHeaders(manifest, request),
      body: body?.stream,
      timeoutMs: manifest.actionTimeoutMs,
      signal: request.signal,
      onInterim: interimTo(request),
    });
    const { method } = request;
    await site.cache.noteAnswer({ fragment: manifest.name, method, url: url.href }, response);
    return await streamed(passage, response, url, 'action');
  } catch (error) {
    if (body?.exceeded()) return passage.refuse(413, 'The request is too large.');
    return failed(passage, streamFailure(fragment, url, manifest.actionTimeoutMs, error));
  }
}

function upstreamUrl({ fragment, path, target }: Passage): URL | undefined {
  const { base } = fragment.options;
  const url = new URL(base.href + path + target.search);
  return url.origin === base.origin && url.pathname.startsWith(base.pathname) ? url : undefined;
}

async function streamed(
  passage: Passage,
  response: StreamResponse,
  url: URL,
  kind: 'asset' | 'action',
  more: readonly string[] = [],
): Promise<PageResponse> {
  const { status } = response;
  const headers = answerHeaders(passage, response.headers, url.href, kind);
  const empty = passage.request.method === 'HEAD' || status === 204 || status === 304;
  if (empty || !headers) await response.discard();
  if (!headers) return passage.refuse(502, 'This part of the site did not answer properly.');
  return { status, headers: [...headers, ...more], body: empty ? undefined : response.body };
}

/** The request's body as a stream that breaks off past the limit; undefined for a request without one. */
function requestBody({ method, headers, body }: PageRequest, maxBytes: number) {
  const length = Number(headers['content-length'] ?? 0);
  if (
    method === 'GET' ||
    method === 'HEAD' ||
    (length === 0 && headers['transfer-encoding'] === undefined)
  ) {
    return undefined;
  }
  if (length > maxBytes) return 'too-large';
  let size = 0;
  async function* limited() {
    // A service that does not want the body must not cost the visitor the connection, and the answer with it.
    for await (const chunk of body().iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > maxBytes) throw new Error(`the request body is larger than ${maxBytes} bytes`);
      yield chunk;
    }
  }
  return {
    stream: Readable.from(limited(), { objectMode: false }),
    exceeded: () => size > maxBytes,
  };
}

/** What comes back of an asset's or action's headers; undefined when it redirects where it must not. */
function answerHeaders(
  passage: Passage,
  headers: ResponseHeaders,
  requestUrl: string,
  kind: 'asset' | 'action',
): string[] | undefined {
  const sandbox = sandboxHeaders(contentType(headers).type);
  const ours = Object.fromEntries(
    sandbox.flatMap((name, i) => (i % 2 === 0 ? [[name, undefined]] : [])),
  );
  const flat = passthroughHeaders({ ...headers, ...ours });
  flat.push(...sandbox);
  if (headers.location !== undefined) {
    const location = allowedLocation(passage, headers, requestUrl);
    if (location === undefined) return undefined;
    flat.push('location', location);
  }
  // Assets are public: they neither see nor set anything of a visitor.
  if (kind === 'asset') return flat;
  const cookies = ownCookies(passage.manifest, headers, passage.request.origin);
  return [...flat, ...cookies.flatMap((cookie) => ['set-cookie', cookie])];
}

/** A fragment's document opened on its own must not act as the site (it shares the site's origin). */
function sandboxHeaders(type: string): string[] {
  if (type !== 'text/html' && !/[/+]xml$/.test(type)) return [];
  return [
    'content-security-policy',
    'sandbox',
    'x-content-type-options',
    'nosniff',
    'x-robots-tag',
    'noindex',
  ];
}
