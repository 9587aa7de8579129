import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { headerValue, type ResponseHeaders } from './headers.ts';

/** Text, or why there is none: too many decoded bytes, or a coding or charset that cannot be read. */
export type Decoded =
  | { ok: true; text: string }
  | { ok: false; reason: 'too-large' }
  | { ok: false; reason: 'coding'; coding: string };

/**
 * A body as text: one content coding undone (gzip or br, RFC 9110 §8.4), at most `maxBytes` large, then decoded by its
 * declared charset, UTF-8 by default. A byte order mark is dropped; invalid sequences become U+FFFD.
 */
export function decodeText(headers: ResponseHeaders, body: Buffer, maxBytes: number): Decoded {
  const coding = (headerValue(headers, 'content-encoding') ?? 'identity').trim().toLowerCase();
  let bytes = body;
  try {
    if (coding === 'gzip' || coding === 'x-gzip')
      bytes = gunzipSync(body, { maxOutputLength: maxBytes });
    else if (coding === 'br') bytes = brotliDecompressSync(body, { maxOutputLength: maxBytes });
    else if (coding !== 'identity' && coding !== '') return { ok: false, reason: 'coding', coding };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      return { ok: false, reason: 'too-large' };
    return { ok: false, reason: 'coding', coding };
  }
  if (bytes.length > maxBytes) return { ok: false, reason: 'too-large' };
  const charset = contentType(headers).charset ?? 'utf-8';
  try {
    return { ok: true, text: new TextDecoder(charset).decode(bytes) };
  } catch {
    return { ok: false, reason: 'coding', coding: charset };
  }
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
