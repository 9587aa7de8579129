import { once } from 'node:events';
import {
  type Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { text as readText } from 'node:stream/consumers';

/** Header fields: a number is an HTTP date, that many seconds from the moment it is sent; a list is one line each. */
export type Fields = Readonly<Record<string, string | number | readonly string[]>>;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** What came before the answer (RFC 9110 §15.2): its status, links and `x-hint`. */
  readonly interim: string;
}

/** Asks with node:http: fetch() would add directives of its own to requests with conditions. */
export async function ask(
  url: string,
  {
    method = 'GET',
    send = {},
    body,
    agent,
  }: { method?: string; send?: Fields; body?: string | undefined; agent?: Agent } = {},
): Promise<Reply> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(send)) {
    const lines = fieldLines(value, Date.now());
    headers[name] = lines.length === 1 ? lines.join() : lines;
  }
  if (body !== undefined) headers['content-length'] = String(body.length);
  const request = httpRequest(url, { method, headers, ...(agent && { agent }) });
  let interim = '';
  request.on('information', ({ statusCode, headers: early }) => {
    interim = [statusCode, early.link, early['x-hint']].filter(Boolean).join(' ');
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = await readText(response).catch(() => '(broken off)');
  return { status: response.statusCode ?? 0, headers: response.headers, text, interim };
}

/** A field's values as they are sent at a time, one a line. */
export function fieldLines(value: Fields[string], now: number): string[] {
  if (typeof value === 'number') return [new Date(now + value * 1000).toUTCString()];
  return typeof value === 'string' ? [value] : [...value];
}
