import { Readable } from 'node:stream';
import { requestDirectives } from '../cache/cache-control.ts';
import { keyHeaders } from '../cache/key.ts';
import { respond } from '../cache/respond.ts';
import { fragmentTimeout, visitorLeft } from '../errors.ts';
import {
  actionRequestHeaders,
  assetRequestHeaders,
  headerValues,
  ownCookies,
  passthroughHeaders,
  type ResponseHeaders,
} from '../headers.ts';
import { FORGET_AHEAD } from '../page/speculation.ts';
import type { PageRequest, PageResponse } from '../page.ts';
import type { StreamResponse } from '../upstream/service.ts';
import {
  allowedLocation,
  failed,
  nothingHere,
  notStored,
  type Passage,
  sandboxHeaders,
} from './passage.ts';
import { interimTo, loadRaw, streamFailure } from './raw-answer.ts';

/** An asset or a safe request to an action: through the cache, streamed where it cannot be stored. */
export async function readThrough(
  passage: Passage,
  kind: 'asset' | 'action',
): Promise<PageResponse> {
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
      const kept = answerHeaders(passage, whole.status, whole.headers, url.href, kind);
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
export async function writeThrough(passage: Passage): Promise<PageResponse> {
  const { fragment, manifest, request, site } = passage;
  const url = upstreamUrl(passage);
  if (!url) return nothingHere(passage.refuse);
  const body = requestBody(request, site.options.limits.maxRequestBytes);
  if (body === 'too-large') return passage.refuse(413, 'The request is too large.');
  try {
    const response = await fragment.guard.openStream(fragment.service, {
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
    // A beacon is sent as its visitor goes on to the page that was fetched ahead, and changes nothing there.
    const isBeacon = passage.target.path === site.options.telemetryEndpoint;
    const forget = site.speculationRules && !isBeacon ? FORGET_AHEAD : [];
    return await streamed(passage, response, url, 'action', forget);
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
  const headers = answerHeaders(passage, status, response.headers, url.href, kind);
  const empty = passage.request.method === 'HEAD' || status === 204 || status === 304;
  if (empty || !headers) await response.discard();
  if (!headers) return passage.refuse(502, 'This part of the site did not answer properly.');
  return { status, headers: [...headers, ...more], body: empty ? undefined : response.body };
}

/** The request's body as a stream that breaks off past the limit; undefined for a request without one. */
function requestBody(request: PageRequest, maxBytes: number) {
  const { method, headers } = request;
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
    for await (const chunk of request.body().iterator({ destroyOnReturn: false })) {
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
  status: number,
  headers: ResponseHeaders,
  requestUrl: string,
  kind: 'asset' | 'action',
): string[] | undefined {
  const types = headerValues(headers, 'content-type');
  // A 304 brings headers up to date: those of the type that it does not name stay.
  const sandbox = status === 304 && types.length === 0 ? [] : sandboxHeaders(types);
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
