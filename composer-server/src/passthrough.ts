import { Readable } from 'node:stream';
import {
  type FragmentManifest,
  matchPath,
  type PathPattern,
  resolveParams,
} from '@tessera/contract';
import { contentType } from './decode.ts';
import { errorPage, textAnswer } from './error-page.ts';
import { failureStatus, fetchContent } from './fetch.ts';
import {
  actionRequestHeaders,
  assetRequestHeaders,
  headerValue,
  ownCookies,
  passthroughHeaders,
  type ResponseHeaders,
  visitorLocation,
} from './headers.ts';
import type { Observer } from './observe.ts';
import type { PageRequest, PageResponse } from './page.ts';
import { planContent } from './plan.ts';
import type { Fragment } from './registry.ts';
import type { Site } from './site.ts';
import type { Target } from './target.ts';
import { IdleTimeout } from './upstream.ts';

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
type Refuse = (status: number, text: string) => PageResponse;

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
  const refuse = refusals(site, request);
  const [, name = '', path = ''] = /^\/_fragments\/([^/]+)\/(.*)$/.exec(urlPath) ?? [];
  const fragment = site.registry.get(name);
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
  if (reads && isAsset(manifest, path))
    return { kind: 'asset', response: stream(passage, 'asset') };
  const params =
    reads && manifest.content ? matchContent(manifest.content, path, target.query) : undefined;
  if (manifest.content && params)
    return { kind: 'content', response: content(passage, manifest.content, params) };
  if (!manifest.actions.some((action) => matchPath(action, path)))
    return { response: nothingHere(refuse) };
  if (!reads && isForeign(request, manifest))
    return { kind: 'action', response: refuse(403, 'This request comes from another site.') };
  return { kind: 'action', response: stream(passage, 'action') };
}

/** A visitor who follows a link or posts a form gets the site's own page for the status, a program a short text. */
function refusals({ templates }: Site, request: PageRequest): Refuse {
  return (status, text) =>
    isNavigation(request)
      ? errorPage(status, request, templates.errorPages)
      : textAnswer(status, text);
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
  const { fragment, manifest, target, request, refuse } = passage;
  const typed = resolveParams(manifest.params, raw);
  if (!typed.ok) return nothingHere(refuse);
  const planned = planContent(
    fragment,
    manifest,
    pattern,
    typed.params,
    target.query,
    request,
    manifest.timeoutMs,
  );
  if ('problem' in planned) return nothingHere(refuse);
  const result = await fetchContent(fragment, planned, request.signal, { acceptErrors: true });
  if (result.kind === 'fallback') {
    report(passage, result.error);
    return refuse(failureStatus(result.error), 'This part of the site did not answer.');
  }
  const cookies = ownCookies(manifest, result.headers, request.origin).flatMap((cookie) => [
    'set-cookie',
    cookie,
  ]);
  if (result.kind === 'content') {
    const headers = [
      'content-type',
      'text/html; charset=utf-8',
      'cache-control',
      'private, no-cache',
    ];
    return {
      status: result.status,
      headers: [...headers, ...sandboxHeaders('text/html'), ...cookies],
      body: request.method === 'HEAD' ? undefined : result.html,
    };
  }
  if (result.status >= 400) return refuse(result.status, 'There is nothing here.');
  const location = allowedLocation(passage, result.headers, fragment.service.origin + planned.path);
  if (!location) return refuse(502, 'This part of the site did not answer properly.');
  return {
    status: result.status,
    headers: ['location', location, 'cache-control', 'no-store', ...cookies],
    body: undefined,
  };
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

async function stream(passage: Passage, kind: 'asset' | 'action'): Promise<PageResponse> {
  const { fragment, manifest, path, target, request, site, refuse } = passage;
  const { base } = fragment.options;
  const url = new URL(base.href + path + target.search);
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname))
    return nothingHere(refuse);
  const body = requestBody(request, site.options.limits.maxRequestBytes);
  if (body === 'too-large') return refuse(413, 'The request is too large.');
  try {
    const response = await fragment.service.openStream({
      method: request.method,
      path: url.pathname + url.search,
      headers:
        kind === 'asset' ? assetRequestHeaders(request) : actionRequestHeaders(manifest, request),
      body: body?.stream,
      timeoutMs: manifest.actionTimeoutMs,
      signal: request.signal,
    });
    const headers = answerHeaders(passage, response.headers, url.href, kind);
    const empty = request.method === 'HEAD' || response.status === 204 || response.status === 304;
    if (empty || !headers) await response.discard();
    if (!headers) return refuse(502, 'This part of the site did not answer properly.');
    return { status: response.status, headers, body: empty ? undefined : response.body };
  } catch (error) {
    if (body?.exceeded()) return refuse(413, 'The request is too large.');
    const failure = error instanceof Error ? error : new Error(String(error));
    report(passage, failure);
    return refuse(
      failure instanceof IdleTimeout ? 504 : 502,
      'This part of the site did not answer.',
    );
  }
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
