import { isDotSegment } from '@tessera/contract';

/** A request's target, split and safe: its path may go into routes and URLs. */
export interface Target {
  /** Encoded, begins with `/`. */
  readonly path: string;
  /** With `?`, or empty. */
  readonly search: string;
  readonly query: URLSearchParams;
}

/**
 * Splits the target of a request line (RFC 9112 §3.2.1), or answers undefined for one that must be a 400: not in origin
 * form, with a dot segment, an encoded slash or a backslash in its path, or with CR, LF or NUL anywhere, encoded or not.
 */
export function readTarget(url: string): Target | undefined {
  if (!url.startsWith('/') || /[\r\n\0]|%0d|%0a|%00/i.test(url)) return undefined;
  const [, path = '', search = ''] = /^([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  if (/\\|%5c|%2f/i.test(path) || path.split('/').some(isDotSegment) || !isDecodable(path))
    return undefined;
  return { path, search, query: new URLSearchParams(search) };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
