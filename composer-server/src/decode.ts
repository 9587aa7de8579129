import { isUtf8 } from 'node:buffer';
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { declaredCharset } from './charset.ts';
import { headerValue, type ResponseHeaders } from './headers.ts';

/** Text as UTF-8, or why there is none: too many decoded bytes, or a coding or charset that cannot be read. */
export type Decoded =
  | { ok: true; bytes: Buffer }
  | { ok: false; reason: 'too-large' }
  | { ok: false; reason: 'coding'; coding: string };

type Decoder = (bytes: Buffer, limit: { maxOutputLength: number }) => Buffer;

/** Content codings (RFC 9110 §8.4.1). */
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflate],
  ['zstd', unzstd],
]);
/** Nobody sends more; each one is another way to make little out of much. */
const MAX_CODINGS = 2;

/**
 * A body as text in UTF-8: content codings undone, each within `maxBytes`, then read by its charset: that of a byte order
 * mark, else the declared one, else UTF-8. The mark is dropped; invalid sequences become U+FFFD. A body that breaks off
 * within a coding has no text. What is in UTF-8 already is not copied.
 */
export function decodeBody(headers: ResponseHeaders, body: Buffer, maxBytes: number): Decoded {
  const codings = (headerValue(headers, 'content-encoding') ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) {
    return { ok: false, reason: 'coding', coding: codings.join(', ') };
  }
  let bytes = body;
  for (const coding of codings.reverse()) {
    const decode = DECODERS.get(coding);
    if (!decode) return { ok: false, reason: 'coding', coding };
    try {
      bytes = decode(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ERR_BUFFER_TOO_LARGE') return { ok: false, reason: 'too-large' };
      return { ok: false, reason: 'coding', coding };
    }
  }
  if (bytes.length > maxBytes) return { ok: false, reason: 'too-large' };
  const charset = declaredCharset(contentType(headers), bytes);
  const utf8 = toUtf8(bytes, charset);
  return utf8 ? { ok: true, bytes: utf8 } : { ok: false, reason: 'coding', coding: charset };
}

/** Undefined for a charset that does not exist. */
function toUtf8(bytes: Buffer, charset: string): Buffer | undefined {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    return undefined;
  }
  if (decoder.encoding !== 'utf-8' || !isUtf8(bytes)) return Buffer.from(decoder.decode(bytes));
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? bytes.subarray(3) : bytes;
}

/** `deflate` is zlib's format (RFC 9110 §8.4.1.2), but some send the bare stream. */
function inflate(bytes: Buffer, limit: { maxOutputLength: number }): Buffer {
  const [first = 0, second = 0] = bytes;
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return isZlib ? inflateSync(bytes, limit) : inflateRawSync(bytes, limit);
}

/** Windows above 8 MiB are refused (RFC 9659): they would be allocated before a byte is decoded. */
function unzstd(bytes: Buffer, { maxOutputLength }: { maxOutputLength: number }): Buffer {
  const params = { [constants.ZSTD_d_windowLogMax]: 23 };
  return zstdDecompressSync(bytes, { maxOutputLength, params });
}

/** The media type in lower case and the charset, where given (RFC 9110 §8.3). */
export function contentType(headers: ResponseHeaders): {
  type: string;
  charset: string | undefined;
} {
  const value = headerValue(headers, 'content-type') ?? '';
  const charset = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(value);
  return {
    type: (value.split(';', 1)[0] ?? '').trim().toLowerCase(),
    charset: charset?.[1] ?? charset?.[2],
  };
}
