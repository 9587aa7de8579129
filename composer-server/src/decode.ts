import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { declaredCharset } from './charset.ts';
import { headerValue, type ResponseHeaders } from './headers.ts';

/** Text as UTF-8, or why there is none: too many decoded bytes, or a coding or charset that cannot be read. */
export type Decoded =
  | { ok: true; bytes: Buffer }
  | { ok: false; reason: 'too-large' }
  | { ok: false; reason: 'coding'; coding: string };

/** The content codings that the composer asks for (RFC 9110 §8.4.1). Any other is a way to make much out of little. */
const DECODERS = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['br', brotliDecompressSync],
]);

/**
 * A body as text in UTF-8: one content coding undone, within `maxBytes`, then read by its charset: that of a byte order
 * mark, else the declared one, else UTF-8. The mark is dropped; invalid sequences become U+FFFD. A body that breaks off
 * within a coding, or is still compressed, has no text. What is in UTF-8 already is not copied.
 */
export function decodeBody(headers: ResponseHeaders, body: Buffer, maxBytes: number): Decoded {
  const coding = (headerValue(headers, 'content-encoding') ?? '').trim().toLowerCase();
  let bytes = body;
  if (coding !== '' && coding !== 'identity') {
    const decode = DECODERS.get(coding);
    if (!decode) return { ok: false, reason: 'coding', coding };
    try {
      bytes = decode(body, { maxOutputLength: maxBytes });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ERR_BUFFER_TOO_LARGE') return { ok: false, reason: 'too-large' };
      return { ok: false, reason: 'coding', coding };
    }
  }
  if (bytes.length > maxBytes) return { ok: false, reason: 'too-large' };
  // Compressed, though no coding is declared: no text begins like this.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { ok: false, reason: 'coding', coding };
  const charset = declaredCharset(contentType(headers), bytes);
  const utf8 = toUtf8(bytes, charset);
  return utf8 ? { ok: true, bytes: utf8 } : { ok: false, reason: 'coding', coding: charset };
}

/** Undefined for a charset that does not exist. */
function toUtf8(bytes: Buffer, charset: string): Buffer | undefined {
  const named = charset.toLowerCase() === 'utf-8';
  if (!named || !isUtf8(bytes)) {
    let decoder: TextDecoder;
    try {
      decoder = new TextDecoder(charset);
    } catch {
      return undefined;
    }
    if (decoder.encoding !== 'utf-8' || !isUtf8(bytes)) return Buffer.from(decoder.decode(bytes));
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? bytes.subarray(3) : bytes;
}

interface ContentType {
  readonly type: string;
  readonly charset: string | undefined;
}

/** The media type in lower case and the charset, where given (RFC 9110 §8.3). */
export function contentType(headers: ResponseHeaders): ContentType {
  const value = headerValue(headers, 'content-type') ?? '';
  return value === COMMON.value ? COMMON.read : readContentType(value);
}

function readContentType(value: string): ContentType {
  const charset = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(value);
  return {
    type: (value.split(';', 1)[0] ?? '').trim().toLowerCase(),
    charset: charset?.[1] ?? charset?.[2],
  };
}

/** What nearly all fragments say. */
const COMMON = {
  value: 'text/html; charset=utf-8',
  read: readContentType('text/html; charset=utf-8'),
};
