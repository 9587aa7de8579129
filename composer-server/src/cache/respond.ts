import { headerValue, type ResponseHeaders } from '../headers.ts';
import type { RequestHeaders } from './key.ts';
import type { CacheResult } from './lookup.ts';
import { answerRange } from './range.ts';
import { isNotModified, notModifiedHeaders } from './validation.ts';

/** What goes to a visitor who asked for exactly this answer. The caller still decides which fields may pass. */
export interface CacheResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Undefined for HEAD and where the status has none. */
  readonly body: Buffer | undefined;
}

/**
 * The response to a visitor's request of its own: its conditions first (RFC 9110 §13.2.2), then its range (§14.2), from the
 * whole answer; with `age` (RFC 9111 §5.1) and `cache-status` (RFC 9211), appended to what the service said of its own caches.
 */
export function respond(
  { answer, ageSeconds, status, entry }: Extract<CacheResult<unknown, unknown>, { kind: 'answer' }>,
  request: { readonly method: string; readonly headers: RequestHeaders },
  now: number,
): CacheResponse {
  const upstream = headerValue(answer.headers, 'cache-status');
  const own = {
    ...(ageSeconds !== undefined && { age: String(ageSeconds) }),
    'cache-status': upstream === undefined ? status : `${upstream}, ${status}`,
  };
  if (isNotModified(answer, request.headers, now)) {
    return {
      status: 304,
      headers: { ...notModifiedHeaders(answer.headers), ...own },
      body: undefined,
    };
  }
  const range = request.method === 'GET' ? answerRange(answer, request.headers) : undefined;
  const headers = { ...answer.headers, ...own };
  if (!range) {
    if (answer.status === 204 || answer.status === 304)
      return { status: answer.status, headers, body: undefined };
    if (request.method !== 'HEAD') return { status: answer.status, headers, body: answer.body };
    // Only of what is stored the whole is known here.
    const length = entry && { 'content-length': String(answer.body.length) };
    return { status: answer.status, headers: { ...headers, ...length }, body: undefined };
  }
  const body = range.status === 206 ? range.body : Buffer.alloc(0);
  const length = { 'content-range': range.contentRange, 'content-length': String(body.length) };
  return { status: range.status, headers: { ...headers, ...length }, body };
}
