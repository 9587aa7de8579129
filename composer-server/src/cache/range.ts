import { headerValue, type ResponseHeaders } from '../headers.ts';
import { parseHttpDate } from './http-date.ts';
import { type RequestHeaders, requestHeader } from './key.ts';
import { matchesStrongly } from './validation.ts';

/** A part of a whole answer: its bytes share memory with the whole. */
export type RangeAnswer =
  | { readonly status: 206; readonly contentRange: string; readonly body: Buffer }
  /** No byte of what was asked for exists. */
  | { readonly status: 416; readonly contentRange: string };

/**
 * The single range that a visitor asks for, from a stored 200 (RFC 9110 §14); undefined where the whole must be sent: no
 * range, several, another unit, or an `if-range` that does not name this answer (§13.1.5).
 */
export function answerRange(
  stored: { readonly status: number; readonly headers: ResponseHeaders; readonly body: Buffer },
  request: RequestHeaders,
): RangeAnswer | undefined {
  const range = requestHeader(request, 'range');
  if (range === undefined || stored.status !== 200) return undefined;
  const ifRange = requestHeader(request, 'if-range');
  if (ifRange !== undefined && !isSame(stored.headers, ifRange)) return undefined;
  const asked = /^bytes\s*=\s*(?:(\d+)-(\d*)|-(\d+))\s*$/i.exec(range);
  if (!asked) return undefined;
  const { body } = stored;
  const [, first, last, suffix] = asked;
  const start = suffix ? Math.max(0, body.length - Number(suffix)) : Number(first);
  const end = last ? Math.min(Number(last), body.length - 1) : body.length - 1;
  // A last byte before the first makes the range invalid, and an invalid one is ignored.
  if (last && Number(last) < Number(first)) return undefined;
  if (start > end || suffix === '0') return { status: 416, contentRange: `bytes */${body.length}` };
  return {
    status: 206,
    contentRange: `bytes ${start}-${end}/${body.length}`,
    body: body.subarray(start, end + 1),
  };
}

function isSame(stored: ResponseHeaders, ifRange: string): boolean {
  if (/^(?:w\/)?"/i.test(ifRange)) return matchesStrongly(headerValue(stored, 'etag'), ifRange);
  const lastModified = headerValue(stored, 'last-modified');
  return lastModified === ifRange && parseHttpDate(ifRange, 0) !== undefined;
}
