import { hash } from 'node:crypto';
import { once } from 'node:events';
import type { Request, Response } from 'express';
import type { Html } from './define.ts';
import type { Frame } from './document.ts';

/** Sends HTML with what stands around it: text at once, with length, ETag and 304; anything else as it comes. */
export async function sendHtml(
  request: Request,
  response: Response,
  html: Html,
  { before, after }: Frame,
): Promise<void> {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  if (typeof html === 'string') sendText(request, response, before + html + after);
  else await sendStream(request, response, html, { before, after });
}

function sendText(request: Request, response: Response, html: string): void {
  const body = Buffer.from(html);
  if (response.statusCode === 200) {
    const etag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`;
    response.setHeader('etag', etag);
    if (matches(request.get('if-none-match'), etag)) {
      response.removeHeader('content-type');
      response.status(304).end();
      return;
    }
  }
  response.setHeader('content-length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Weak comparison, as `if-none-match` demands (RFC 9110 §13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

async function sendStream(
  request: Request,
  response: Response,
  html: AsyncIterable<string | Uint8Array>,
  { before, after }: Frame,
): Promise<void> {
  const chunks = html[Symbol.asyncIterator]();
  try {
    // Nothing is sent before the first chunk, so that what fails at once can still become an honest 500.
    let next = await chunks.next();
    if (request.method !== 'HEAD') {
      await write(response, before);
      for (; !next.done; next = await chunks.next()) await write(response, next.value);
      await write(response, after);
    }
    response.end();
  } finally {
    await chunks.return?.();
  }
}

/** Writes with back-pressure; throws when the client has left. */
async function write(response: Response, chunk: string | Uint8Array): Promise<void> {
  if (response.destroyed) throw new Error('The client has left.');
  if (chunk.length === 0 || response.write(chunk)) return;
  const left = new AbortController();
  const leave = () => left.abort();
  response.once('close', leave);
  await once(response, 'drain', { signal: left.signal });
  response.off('close', leave);
}
