import type { CompositionError } from '@tessera/contract';
import { isFailure } from '../cache/decision.ts';
import type { Load, Loaded } from '../cache/lookup.ts';
import {
  fragmentBroken,
  fragmentQueueFull,
  fragmentResting,
  fragmentTimeout,
  fragmentUnreachable,
  visitorLeft,
} from '../errors.ts';
import { Refused } from '../guard/guard.ts';
import { passthroughHeaders, type ResponseHeaders } from '../headers.ts';
import type { PageRequest } from '../page.ts';
import type { Fragment } from '../registry.ts';
import { IdleTimeout } from '../upstream/failure.ts';
import type { StreamResponse } from '../upstream/service.ts';

/** The visitor's own conditions: where something is stored, the cache's take their place. */
const CONDITIONS = [
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
];

/**
 * Asks a service for an asset or for a safe action's answer, as it is: whole where the cache will keep it or may have something
 * better, else as a stream for the visitor alone.
 */
export function loadRaw(
  fragment: Fragment,
  timeoutMs: number,
  url: URL,
  headers: readonly string[],
  request: PageRequest,
): Load<CompositionError, StreamResponse> {
  return async ({ conditional, signal, onHead, background }) => {
    const controller = new AbortController();
    const abort = () => controller.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const own = conditional.length > 0;
    try {
      const response = await fragment.guard.openStream(fragment.service, {
        method: request.method,
        path: url.pathname + url.search,
        headers: own ? [...withoutConditions(headers), ...conditional] : headers,
        body: undefined,
        timeoutMs,
        signal: controller.signal,
        onInterim: background ? undefined : interimTo(request),
      });
      const { status } = response;
      const { store } = onHead(status, response.headers);
      const wanted = store || (own && status === 304) || isFailure(status);
      const whole = wanted
        ? await readWhole(response, fragment.options.maxFragmentBytes)
        : response;
      if (Buffer.isBuffer(whole)) return answer(fragment, response, whole);
      if (background) {
        await whole.discard();
        return failure(
          fragmentBroken(fragment.options.name, url.href, 'it cannot be kept', undefined),
        );
      }
      // The stream is the visitor's from here on.
      signal.removeEventListener('abort', abort);
      request.signal.addEventListener('abort', abort);
      if (request.signal.aborted) abort();
      return { kind: 'passed', passed: whole };
    } catch (error) {
      return signal.aborted
        ? failure(visitorLeft(fragment.options.name))
        : failure(streamFailure(fragment, url, timeoutMs, error));
    }
  };
}

/** Passes on what comes before the answer, of its headers those that an answer's may be. */
export function interimTo(request: PageRequest) {
  return (status: number, headers: ResponseHeaders) =>
    request.sendInterim(status, passthroughHeaders(headers));
}

/** What a stream that broke off before or in its answer means. */
export function streamFailure(
  { options: { name } }: Fragment,
  url: URL,
  timeoutMs: number,
  error: unknown,
): CompositionError {
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause instanceof IdleTimeout) return fragmentTimeout(name, url.href, timeoutMs);
  if (cause instanceof Refused)
    return cause.reason === 'open' ? fragmentResting(name) : fragmentQueueFull(name);
  return fragmentUnreachable(name, url.href, cause);
}

function failure(error: CompositionError): Loaded<CompositionError, StreamResponse> {
  return { kind: 'failure', failure: error, timedOut: error.code === 'FRAGMENT_TIMEOUT' };
}

function answer(
  { manifest }: Fragment,
  { status, headers }: StreamResponse,
  body: Buffer,
): Loaded<CompositionError, StreamResponse> {
  const plain = { head: [], links: [], repairs: [], version: manifest?.version };
  return { kind: 'answer', answer: { status, headers, body, ...plain } };
}

function withoutConditions(headers: readonly string[]): string[] {
  return headers.filter((_, i) => !CONDITIONS.includes(headers[i - (i % 2)] ?? ''));
}

/** The whole body, or a stream with all of it where it is larger than `maxBytes`. */
async function readWhole(
  response: StreamResponse,
  maxBytes: number,
): Promise<Buffer | StreamResponse> {
  const length = response.headers['content-length'];
  if (Number(length ?? 0) > maxBytes) return response;
  const pieces = response.body[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let size = 0;
  for (;;) {
    const piece = await pieces.next();
    if (piece.done) break;
    read.push(piece.value);
    size += piece.value.length;
    if (size > maxBytes) return { ...response, body: continued(read, pieces) };
  }
  return Buffer.concat(read);
}

async function* continued(
  read: readonly Buffer[],
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    yield* read;
    for (;;) {
      const piece = await rest.next();
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    await rest.return?.();
  }
}
