import { STATUS_CODES } from 'node:http';
import type { PageRequest, PageResponse } from './page.ts';

/** A page for a status, with `{status}` and `{requestId}` still in its text. */
export interface ErrorPage {
  readonly text: string;
  /** Its own, flat. */
  readonly headers: readonly string[];
}

export type ErrorPages = ReadonlyMap<number | 'default', ErrorPage>;

const NOSNIFF = ['x-content-type-options', 'nosniff'];
const PLAIN_HEADERS = [
  ...['content-security-policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'self'"],
  ...NOSNIFF,
];

const PLAIN = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{status} {reason}</title>
<h1>{status} {reason}</h1>
<p>Request {requestId}</p>
</html>
`;

/** The site's own page for a status, else its default one, else a plain one; `{status}` and `{requestId}` filled in. */
export function errorPage(
  status: number,
  request: PageRequest,
  pages: ErrorPages,
  headers: readonly string[] = [],
): PageResponse {
  const values: Record<string, string> = {
    status: String(status),
    reason: STATUS_CODES[status] ?? '',
    requestId: request.id,
  };
  const own = pages.get(status) ?? pages.get('default');
  const text = (own?.text ?? PLAIN).replace(
    own === undefined ? /\{(status|reason|requestId)\}/g : /\{(status|requestId)\}/g,
    (_, name) => values[name] ?? '',
  );
  return {
    status,
    headers: [
      ...['content-type', 'text/html; charset=utf-8', 'cache-control', 'no-store'],
      ...['x-request-id', request.id],
      ...(own?.headers ?? PLAIN_HEADERS),
      ...headers,
    ],
    body: request.method === 'HEAD' ? undefined : Buffer.from(text),
  };
}

/** A short answer for programs. */
export function textAnswer(
  status: number,
  text: string,
  headers: readonly string[] = [],
): PageResponse {
  return {
    status,
    headers: [
      ...['content-type', 'text/plain; charset=utf-8', 'cache-control', 'no-store', ...NOSNIFF],
      ...headers,
    ],
    body: Buffer.from(`${text}\n`),
  };
}
