import { hash } from 'node:crypto';
import { isNotModified } from '../cache/validation.ts';
import type { PageRequest, PageResponse } from '../page.ts';

/** A page that can be sent in one piece. */
export interface WholePage {
  readonly status: number;
  /** Without `content-length` and those that speak of the coding. */
  readonly headers: readonly string[];
  /** Undefined for a page that nobody may store. */
  readonly etag: string | undefined;
  readonly body: Buffer;
  /** The body in a coding that the visitor accepts, where there is one. */
  readonly coded: () => CodedBody | undefined;
}

export interface CodedBody {
  readonly coding: string;
  readonly body: Buffer;
}

/** Smaller answers fit into the packets that they need anyway. */
export const MIN_CODED_BYTES = 1024;

/** The page with its length and entity tag, or 304 for who has it already. */
export function answerWhole(
  { status, headers, etag, body, coded }: WholePage,
  request: PageRequest,
): PageResponse {
  if (etag !== undefined && isKnown(etag, request))
    return {
      status: 304,
      headers: [...notModifiedHeaders(headers), 'etag', etag],
      body: undefined,
    };
  const wire = body.length < MIN_CODED_BYTES ? undefined : coded();
  const whole = wholeAnswer({ headers, etag, body, coded: wire });
  return { status, ...whole, body: request.method === 'HEAD' ? undefined : whole.body };
}

/** What is sent of it: the body as it is or coded, with the headers that speak of it. */
export function wholeAnswer({
  headers,
  etag,
  body,
  coded,
}: Pick<WholePage, 'headers' | 'etag' | 'body'> & { readonly coded: CodedBody | undefined }): {
  headers: string[];
  body: Buffer;
} {
  const sent = coded?.body ?? body;
  return {
    headers: [
      ...headers,
      ...(etag === undefined ? [] : ['etag', etag]),
      ...(coded ? ['content-encoding', coded.coding] : []),
      ...['content-length', String(sent.length)],
    ],
    body: sent,
  };
}

/** Weak: it is the same however the page is coded. */
export function entityTag(page: Buffer): string {
  return `W/"${hash('sha1', page, 'base64url')}"`;
}

function isKnown(etag: string, { headers }: PageRequest): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return isNotModified({ status: 200, headers: { etag } }, ['if-none-match', known], Date.now());
}

/** What a 304 repeats (RFC 9110 §15.4.5). */
function notModifiedHeaders(headers: readonly string[]): string[] {
  const repeated = ['cache-control', 'cdn-cache-control', 'age', 'vary', 'x-request-id'];
  return headers.flatMap((name, i) =>
    i % 2 === 0 && repeated.includes(name) ? [name, headers[i + 1] ?? ''] : [],
  );
}
