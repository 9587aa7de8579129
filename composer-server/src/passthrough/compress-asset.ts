import { preferredCoding } from '../accept-encoding.ts';
import { CODINGS } from '../codings.ts';
import type { CompressedBodies } from '../compressed-bodies.ts';
import type { PageRequest, PageResponse } from '../page.ts';

/** Smaller answers fit into the packets that they need anyway. */
const MIN_BYTES = 1024;
/** Larger ones would take too much memory. */
export const MAX_COMPRESSED_BYTES = 16 * 1024 * 1024;

/** Types whose bytes are not compressed already. */
const TEXT =
  /^(text\/(?!event-stream)|application\/(javascript|json|manifest\+json|xml|wasm|[\w.-]+\+(json|xml))|image\/svg\+xml|font\/(ttf|otf))/i;

/** What speaks of the exact bytes: those must then stay as they are. */
const OF_THE_BYTES = [
  ...[
    'content-encoding',
    'content-md5',
    'digest',
    'content-digest',
    'repr-digest',
    'content-range',
  ],
  // RFC 9421: a signature may cover any of them.
  'signature',
];

/**
 * A public answer in the coding that its visitor likes best, where it is worth it: the same for all who ask, without a
 * visitor's secrets, whose length would tell about them (BREACH). Its tag becomes weak: the same content, other bytes
 * (RFC 9110 §8.8.1).
 */
export async function compressAsset(
  response: PageResponse,
  request: PageRequest,
  bodies: CompressedBodies,
): Promise<PageResponse> {
  const { status, headers, body } = response;
  const value = (name: string) => headerOf(headers, name);
  const type = value('content-type') ?? '';
  if (status === 304) return { ...response, headers: varying(headers) };
  if (status !== 200 || !TEXT.test(type) || request.headers.range !== undefined) return response;
  if (OF_THE_BYTES.some((name) => value(name) !== undefined)) return response;
  if (/\bno-transform\b/i.test(value('cache-control') ?? '')) return response;
  const own = varying(headers);
  const size = Buffer.isBuffer(body) ? body.length : Number(value('content-length') ?? 0);
  const coding = preferredCoding(request.headers['accept-encoding'], CODINGS);
  const isWhole = Buffer.isBuffer(body) || (body === undefined && request.method === 'HEAD');
  if (!coding || !isWhole || size < MIN_BYTES || size > MAX_COMPRESSED_BYTES)
    return { ...response, headers: own };
  const kept = own.flatMap((name, i) => {
    if (i % 2 === 1 || name === 'content-length' || name === 'accept-ranges') return [];
    const text = own[i + 1] ?? '';
    return [name, name === 'etag' && !text.startsWith('W/') ? `W/${text}` : text];
  });
  return {
    status,
    headers: [...kept, 'content-encoding', coding],
    body: Buffer.isBuffer(body) ? await bodies.get(body, coding) : body,
  };
}

function headerOf(flat: readonly string[], name: string): string | undefined {
  const at = flat.findIndex((found, i) => i % 2 === 0 && found.toLowerCase() === name);
  return at < 0 ? undefined : flat[at + 1];
}

/** Says that it depends on `accept-encoding`, once. */
function varying(headers: readonly string[]): string[] {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'vary');
  if (at < 0) return [...headers, 'vary', 'accept-encoding'];
  const vary = headers[at + 1] ?? '';
  if (/\*|\baccept-encoding\b/i.test(vary)) return [...headers];
  return headers.with(at + 1, `${vary}, accept-encoding`);
}
