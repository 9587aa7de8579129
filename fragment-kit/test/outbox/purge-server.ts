import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

/** What a composer was asked to purge. */
export interface AskedPurge {
  readonly urls: readonly string[];
  readonly groups: readonly string[];
  readonly fragments: readonly string[];
  readonly soft: boolean;
}

/** How the server answers one request; `done()` is the answer of a composer that purged everywhere. */
export type Answer = (
  purge: AskedPurge,
  done: () => void,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>;

/** A composer's purge endpoint: records what it is asked, in order, and answers as the test says. */
export async function startPurgeServer(
  answer: Answer = (_, done) => done(),
  { port = 0, token = 'secret' } = {},
) {
  const asked: AskedPurge[] = [];
  const server = createServer(async (request, response) => {
    const isPurge = request.method === 'POST' && request.url === '/_tessera/purge';
    const isOurs = request.headers.authorization === `Bearer ${token}`;
    if (!isPurge || !isOurs) {
      response.writeHead(isPurge ? 401 : 404).end();
      return;
    }
    const purge = (await json(request)) as AskedPurge;
    asked.push(purge);
    const done = () => reply(response, { dropped: 1, everywhere: true });
    await answer(purge, done, response, request);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const listensAt = typeof address === 'object' && address ? address.port : 0;
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${listensAt}/`,
    port: listensAt,
    asked,
    /** The first group of each request, in order. */
    groups: () => asked.map(({ groups }) => groups[0]),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Answers 200 with JSON. */
export function reply(response: ServerResponse, answer: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
