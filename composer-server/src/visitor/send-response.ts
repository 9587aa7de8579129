import type { IncomingMessage, ServerResponse } from 'node:http';
import send from 'send';
import type { Log } from '../log.ts';
import type { FileBody, PageResponse } from '../page.ts';

/** Answers a request that none of ours should see. Nothing more is read from who sends such. */
export function refuse(status: number, outgoing: ServerResponse): void {
  const allow = status === 405 ? ['allow', 'GET, HEAD'] : [];
  outgoing.writeHead(status, ['connection', 'close', ...allow]).end();
}

/** Ends an answer that cannot be sent: with an error where its head has not left, else it breaks off, so that nobody takes it for whole. */
export function giveUp(err: unknown, outgoing: ServerResponse, log: Log): void {
  log.error({ err }, 'response failed');
  if (outgoing.headersSent) outgoing.destroy();
  else refuse(500, outgoing);
}

/** Sends a response, as fast as the visitor takes it; at once where it is whole. Rejects only when a body breaks off after the head has left. */
export function sendResponse(
  { status, headers, body }: PageResponse,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> | undefined {
  if (body && 'root' in body) return sendFile(body, headers, incoming, outgoing);
  const measured = !Buffer.isBuffer(body) || headers.includes('content-length');
  const all = measured ? headers : [...headers, 'content-length', String(body.length)];
  outgoing.writeHead(status, all as string[]);
  if (body !== undefined && !Buffer.isBuffer(body)) return sendStream(body, outgoing);
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  return undefined;
}

async function sendStream(body: AsyncIterable<Buffer>, outgoing: ServerResponse): Promise<void> {
  let began = false;
  // Status and headers must not wait for the body, but leave together with what of it is there in this turn.
  queueMicrotask(() => {
    setImmediate(() => {
      if (!began && !outgoing.destroyed) outgoing.flushHeaders();
    });
  });
  for await (const chunk of body) {
    if (outgoing.destroyed) return;
    began = true;
    if (!outgoing.write(chunk)) await writable(outgoing);
  }
  began = true;
  outgoing.end();
}

/** Resolves when the visitor takes more, or has left. */
function writable(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
  });
}

function sendFile(
  { root, path }: FileBody,
  headers: readonly string[],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  for (let i = 0; i + 1 < headers.length; i += 2)
    outgoing.setHeader(headers[i] ?? '', headers[i + 1] ?? '');
  return new Promise((resolve, reject) => {
    const stream = send(incoming, path, {
      root,
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
    });
    stream.on('error', reject).on('directory', () => reject(new Error(`${path} is a folder`)));
    outgoing.once('close', resolve);
    stream.pipe(outgoing);
  });
}
