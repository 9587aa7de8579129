import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, BlockList, Socket } from 'node:net';
import { isIP, Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import send from 'send';
import { cannotListen, portInUse } from './errors.ts';
import type { Log } from './log.ts';
import type { FileBody, PageRequest, PageResponse } from './page.ts';
import { randomHex } from './random.ts';
import { endSlowReaders } from './slow-readers.ts';
import { inTurns } from './turns.ts';

/** A server that listens. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, waits for running requests, then ends what is left. */
  close(drainMs?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What of the options decides about who a visitor is. */
export interface VisitorOptions {
  readonly publicOrigin: string | undefined;
  /** Undefined: nobody is believed. */
  readonly trustProxy: BlockList | undefined;
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
/** Connections that wait to be taken on. Of more than Node's 511 at once the kernel would lose some, and visitors wait for seconds. */
const BACKLOG = 4096;

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
  const open = new Set<Socket>();
  // Sockets without a request of their own: one that never sends anything must not hold up a stop.
  const quiet = new Set<Socket>();
  /** The requests whose bodies have not yet come. */
  const bodies = new WeakMap<Socket, IncomingMessage>();
  let closing = false;
  let graceMs = 0;
  /** Ends those connections that are still without a request after that time. */
  const endQuiet = async (afterMs: number, sockets: Iterable<Socket>) => {
    if (afterMs > 0) await sleep(afterMs);
    for (const socket of sockets) if (quiet.has(socket)) socket.destroySoon();
  };
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse, waits = false) => {
    const { socket } = incoming;
    quiet.delete(socket);
    if (hasBody(incoming)) {
      bodies.set(socket, incoming);
      incoming.once('end', () => bodies.delete(socket));
    }
    outgoing.once('close', () => {
      if (socket.destroyed) return;
      quiet.add(socket);
      // A browser would keep the connection, and so the stop, for seconds.
      if (closing) void endQuiet(outgoing.shouldKeepAlive ? graceMs : 0, [socket]);
    });
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
  const turns = inTurns();
  const { headersTimeoutMs, requestTimeoutMs, idleTimeoutMs, keepAliveTimeoutMs } = limits;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(MAX_CHECK_MS, headersTimeoutMs, requestTimeoutMs),
    },
    turns((incoming, outgoing) => serve(incoming, outgoing)),
  );
  server.maxConnections = limits.maxConnections;
  // Nothing came or went for that long. It is the visitor's affair unless the answer is what everybody waits for.
  server.setTimeout(idleTimeoutMs, (socket) => {
    const awaited = bodies.get(socket)?.readableLength === 0;
    if (quiet.has(socket) || socket.writableLength > 0 || awaited) socket.destroy();
    else socket.setTimeout(idleTimeoutMs);
  });
  server.on('connect', (_, socket) => {
    const refusal =
      'HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\nallow: GET, HEAD\r\n\r\n';
    socket.end(refusal, () => socket.destroy());
  });
  server.on(
    'checkContinue',
    turns((incoming, outgoing) => serve(incoming, outgoing, true)),
  );
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    quiet.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      quiet.delete(socket);
    });
  });
  server.listen({ port, host, backlog: BACKLOG });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw code === 'EADDRINUSE' ? portInUse(host, port) : cannotListen(host, port, cause as Error);
  }
  const stopLooking = endSlowReaders(open, limits.sendTimeoutMs);
  const bound = (server.address() as AddressInfo).port;
  const close = async (drainMs = 0) => {
    closing = true;
    // Not http's own, which ends kept connections at once: a visitor may be just about to ask on one of them.
    const closed = new Promise<void>((resolve) =>
      TcpServer.prototype.close.call(server, () => resolve()),
    );
    graceMs = Math.min(drainMs / 20, MAX_GRACE_MS);
    await endQuiet(quiet.size > 0 ? graceMs : 0, quiet);
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

/** Why a request is none that we answer, as a status: servers behind each other could read it differently (RFC 9112 §11). */
function refusalOf(incoming: IncomingMessage): number | undefined {
  const { method, headers, rawHeaders, httpVersion } = incoming;
  if (method === 'TRACE') return 405;
  if (httpVersion === '0.9' || headers.host === '') return 400;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts++;
  if (hosts > 1) return 400;
  return (method === 'GET' || method === 'HEAD') && hasBody({ headers }) ? 400 : undefined;
}

function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * A request as plain data, or the status to refuse it with: its host is none, or it is ambiguous. `waits`: the visitor sends its body only
 * once it is asked to (RFC 9110 §10.1.1).
 */
export function readRequest(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { publicOrigin, trustProxy }: VisitorOptions,
  { waits = false, url = incoming.url ?? '/' }: { waits?: boolean; url?: string | undefined } = {},
): PageRequest | number {
  const refused = refusalOf(incoming);
  if (refused !== undefined) return refused;
  const { headers, socket, method = 'GET' } = incoming;
  const peer = socket.remoteAddress ?? '';
  const trusted = (address: string) => {
    const family = isIP(address);
    if (trustProxy === undefined || family === 0) return false;
    return trustProxy.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
  const byProxy = trustProxy !== undefined && trusted(peer.replace(/^::ffff:/, ''));
  const claimed = (name: string) =>
    byProxy
      ? String(headers[name] ?? '')
          .split(',', 1)[0]
          ?.trim()
      : '';
  const protocol =
    /^https?$/.exec(claimed('x-forwarded-proto') ?? '')?.[0] ??
    ('encrypted' in socket ? 'https' : 'http');
  const host = claimed('x-forwarded-host') || headers.host || 'localhost';
  const origin = publicOrigin ?? originOf(`${protocol}://`, host);
  if (origin === undefined) return 400;
  // A body that nobody asked for may come or not: what follows on the connection cannot be told apart.
  if (waits) outgoing.shouldKeepAlive = false;
  const address = byProxy
    ? visitorAddress(String(headers['x-forwarded-for'] ?? ''), peer, trusted)
    : peer;
  return new VisitorRequest(incoming, outgoing, { method, url, address, origin, waits });
}

/** What a page from memory does not need is made when it is asked for: that is a fifth of what such a page takes. */
class VisitorRequest implements PageRequest {
  readonly method: string;
  readonly url: string;
  readonly address: string;
  readonly origin: string;
  readonly headers: IncomingMessage['headers'];
  readonly startedAt = performance.now();
  readonly id: string;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #waits: boolean;
  #controller: AbortController | undefined;
  #trace: PageRequest['trace'] | undefined;

  constructor(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    known: Pick<PageRequest, 'method' | 'url' | 'address' | 'origin'> & { waits: boolean },
  ) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.headers = incoming.headers;
    this.method = known.method;
    this.url = known.url;
    this.address = known.address;
    this.origin = known.origin;
    this.#waits = known.waits;
    this.id = requestId(incoming.headers['x-request-id']);
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#followed();
    return this.#controller.signal;
  }

  get trace(): PageRequest['trace'] {
    this.#trace ??= traceOf(this.headers.traceparent);
    return this.#trace;
  }

  body(): IncomingMessage {
    if (this.#waits && !this.#outgoing.headersSent) {
      this.#outgoing.writeContinue();
      this.#outgoing.shouldKeepAlive = true;
    }
    return this.#incoming;
  }

  sendInterim(status: number, flat: readonly string[]): void {
    sendInterim(status, flat, this.#incoming, this.#outgoing);
  }

  #followed(): AbortController {
    const outgoing = this.#outgoing;
    const controller = new AbortController();
    const leave = () => {
      if (!outgoing.writableFinished) controller.abort();
    };
    if (outgoing.destroyed) leave();
    else outgoing.once('close', leave);
    return controller;
  }
}

/** The last one: nearly all visitors of a site see the same. Parsing takes 2 µs. */
let lastSeen = { url: '', origin: undefined as string | undefined };

function originOf(scheme: string, host: string): string | undefined {
  const url = scheme + host;
  if (lastSeen.url !== url) {
    const valid = /^[\w.:[\]-]+$/.test(host) && URL.canParse(url);
    lastSeen = { url, origin: valid ? new URL(url).origin : undefined };
  }
  return lastSeen.origin;
}

/** HTTP/1.0 knows no interim answers; of a 103 without links, or with one that is malformed, nothing is sent. */
function sendInterim(
  status: number,
  flat: readonly string[],
  { httpVersion }: IncomingMessage,
  outgoing: ServerResponse,
): void {
  if (httpVersion === '1.0' || outgoing.headersSent || outgoing.destroyed) return;
  if (status === 102) outgoing.writeProcessing();
  if (status !== 103) return;
  const hints = new Map<string, string[]>();
  for (let i = 0; i + 1 < flat.length; i += 2)
    hints.set(flat[i] ?? '', [...(hints.get(flat[i] ?? '') ?? []), flat[i + 1] ?? '']);
  try {
    outgoing.writeEarlyHints(Object.fromEntries(hints));
  } catch {
    // They are hints: the answer itself comes all the same.
  }
}

/** The last address in `x-forwarded-for` that is no trusted proxy: those before it may be made up. */
function visitorAddress(
  forwardedFor: string,
  peer: string,
  trusted: (address: string) => boolean,
): string {
  const addresses = forwardedFor
    .split(',')
    .map((address) => address.trim())
    .filter((address) => isIP(address));
  return addresses.findLast((address) => !trusted(address)) ?? addresses[0] ?? peer;
}

function requestId(claimed: string | readonly string[] | undefined): string {
  return typeof claimed === 'string' && /^[A-Za-z0-9_-]{8,128}$/.test(claimed)
    ? claimed
    : randomUUID();
}

/** The trace that the visitor's request belongs to (W3C Trace Context §3.2), else a new one. */
function traceOf(traceparent: string | readonly string[] | undefined): PageRequest['trace'] {
  if (traceparent === undefined) return { id: randomHex(16), flags: '00' };
  const match = /^00-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/.exec(String(traceparent));
  if (match?.[1] && match[2] && !/^0+$/.test(match[1])) return { id: match[1], flags: match[2] };
  return { id: randomHex(16), flags: '00' };
}

/** Sends a response, as fast as the visitor takes it; at once where it is whole. Rejects only when a body breaks off after the head has left. */
export function sendResponse(
  { status, headers, body }: PageResponse,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> | undefined {
  if (body && 'root' in body) return sendFile(body, headers, incoming, outgoing);
  const length =
    Buffer.isBuffer(body) && !headers.includes('content-length')
      ? ['content-length', String(body.length)]
      : [];
  outgoing.writeHead(status, [...headers, ...length]);
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
