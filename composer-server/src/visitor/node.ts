import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cannotListen, portInUse } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PageRequest, PageResponse } from '../page.ts';
import { Connection } from './connection.ts';
import { giveUp, refuse, sendResponse } from './send-response.ts';
import { endSlowReaders } from './slow-readers.ts';
import { hasBody, readRequest, type VisitorOptions } from './visitor-request.ts';

/** A server that listens. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, waits for running requests, then ends what is left. */
  close(drainMs?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What one visitor may keep busy, and for how long. */
export interface VisitorLimits {
  /** Most connections of all visitors together. */
  readonly maxConnections: number;
  /** Longest for a request's headers, then for a whole request, in milliseconds. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Longest without a byte of a body that is waited for, or with nothing taken of an answer, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Longest for taking a page, or a piece of a stream, in milliseconds. */
  readonly sendTimeoutMs: number;
  /** How long a connection without a request stays open, in milliseconds. */
  readonly keepAliveTimeoutMs: number;
}

/** Of a visitor's request. Node answers 431 to more. */
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CHECK_MS = 1000;

/** How long a stop leaves idle connections: who asks on one of them is answered, and told to come on another. */
const MAX_GRACE_MS = 500;

/** Serves `handle` on `node:http`. Throws PORT_IN_USE or CANNOT_LISTEN. */
export async function listen(
  handle: (request: PageRequest) => PageResponse | Promise<PageResponse>,
  visitor: () => VisitorOptions,
  { port, host }: { port: number; host: string },
  limits: VisitorLimits,
  log: Log,
): Promise<Listening> {
  const open = new Map<Socket, Connection>();
  let closing = false;
  let graceMs = 0;
  /** Ends those connections that are still without a request after that time. */
  const endQuiet = async (afterMs: number, connections: Iterable<Connection>) => {
    if (afterMs > 0) await sleep(afterMs);
    for (const { quiet, socket } of connections) if (quiet) socket.destroySoon();
  };
  // One function for all answers: each of its own costs a page from memory a hundredth.
  function onClose(this: ServerResponse) {
    const connection = open.get(this.req.socket);
    connection?.end(this);
    // A browser would keep the connection, and so the stop, for seconds.
    if (closing && connection) void endQuiet(this.shouldKeepAlive ? graceMs : 0, [connection]);
  }
  const take = (incoming: IncomingMessage, outgoing: ServerResponse, waits = false) => {
    const connection = open.get(incoming.socket);
    if (!connection) return refuse(400, outgoing);
    outgoing.on('close', onClose);
    connection.take(outgoing, () => serve(connection, incoming, outgoing, waits));
  };
  const serve = (
    connection: Connection,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    waits: boolean,
  ) => {
    connection.quiet = false;
    if (hasBody(incoming)) {
      connection.awaited = incoming;
      incoming.once('end', () => {
        connection.awaited = undefined;
      });
    }
    if (closing) outgoing.shouldKeepAlive = false;
    const request = readRequest(incoming, outgoing, visitor(), { waits });
    if (typeof request === 'number') return refuse(request, outgoing);
    const fail = (err: unknown) => giveUp(err, outgoing, log);
    const send = (response: PageResponse) => sendResponse(response, incoming, outgoing);
    try {
      const answer = handle(request);
      // What is there at once is sent at once: the detour of a promise costs a page from memory 2 µs of its 25.
      if (answer instanceof Promise) answer.then(send).catch(fail);
      else send(answer)?.catch(fail);
    } catch (err) {
      fail(err);
    }
  };
  const { headersTimeoutMs, requestTimeoutMs, idleTimeoutMs, keepAliveTimeoutMs } = limits;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(MAX_CHECK_MS, headersTimeoutMs, requestTimeoutMs),
    },
    (incoming, outgoing) => take(incoming, outgoing),
  );
  server.maxConnections = limits.maxConnections;
  // Nothing came or went for that long. It is the visitor's affair unless the answer is what everybody waits for.
  server.setTimeout(idleTimeoutMs, (socket) => {
    const { quiet = true, awaited } = open.get(socket) ?? {};
    if (quiet || socket.writableLength > 0 || awaited?.readableLength === 0) socket.destroy();
    else socket.setTimeout(idleTimeoutMs);
  });
  server.on('connect', (_, socket) => {
    const refusal =
      'HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\nallow: GET, HEAD\r\n\r\n';
    socket.end(refusal, () => socket.destroy());
  });
  server.on('checkContinue', (incoming, outgoing) => take(incoming, outgoing, true));
  server.on('connection', (socket: Socket) => {
    open.set(socket, new Connection(socket));
    socket.once('close', () => open.delete(socket));
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw code === 'EADDRINUSE' ? portInUse(host, port) : cannotListen(host, port, cause as Error);
  }
  const stopLooking = endSlowReaders(() => open.keys(), limits.sendTimeoutMs);
  const bound = (server.address() as AddressInfo).port;
  const close = async (drainMs = 0) => {
    closing = true;
    // Not http's own, which ends kept connections at once: a visitor may be just about to ask on one of them.
    const closed = new Promise<void>((resolve) =>
      TcpServer.prototype.close.call(server, () => resolve()),
    );
    graceMs = Math.min(drainMs / 20, MAX_GRACE_MS);
    const hasQuiet = [...open.values()].some(({ quiet }) => quiet);
    await endQuiet(hasQuiet ? graceMs : 0, open.values());
    server.close(() => {});
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    await closed;
    stopLooking();
    clearTimeout(timer);
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    port: bound,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}
