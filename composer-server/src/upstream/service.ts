import type { Readable } from 'node:stream';
import { buildConnector, Client, type Dispatcher, Pool } from 'undici';
import type { ResponseHeaders } from '../headers.ts';
import { IdleTimeout, Informational } from './failure.ts';
import { dispatchWhole, type UpstreamOutcome, type WholeRequest } from './whole-answer.ts';

// This folder is the only door to the HTTP client.

/** Bounds of one service. */
export interface ServiceLimits {
  /** Most requests under way at once. */
  readonly maxConcurrent: number;
  /** Most bytes of an answer's headers. */
  readonly maxHeaderBytes: number;
}

export interface StreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Readable | undefined;
  /** From the end of the request to the answer's headers, then between two pieces of its body. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told of answers that come before the answer (RFC 9110 §15.2). */
  readonly onInterim: ((status: number, headers: ResponseHeaders) => void) | undefined;
  /** Called when the answer's body has ended or was given up; never when no answer began. */
  readonly onEnd?: () => void;
}

/** On which connection a request goes: one of the pool's, or a fresh one, where the pool may hand out the next dying one. */
export interface Connection {
  readonly fresh?: boolean;
}

/** A streamed answer. */
export interface StreamResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: AsyncIterable<Buffer>;
  /** Instead of reading the body. */
  discard(): Promise<void>;
}

const SOCKETS_PER_POOL = 64;

const open = buildConnector({ allowH2: false });

/**
 * Opens a connection whose reset is always a failure: undici takes one for the end of an answer that has neither length
 * nor chunks, and half a fragment would pass for a whole one.
 */
const connect: buildConnector.connector = (options, callback) => {
  open(options, (...[error, socket]) => {
    socket?.prependListener('error', (lost: NodeJS.ErrnoException) => {
      if (lost.code === 'ECONNRESET') lost.code = 'UND_ERR_SOCKET';
    });
    if (error) callback(error, null);
    else callback(null, socket);
  });
};

const POOL_OPTIONS = {
  pipelining: 1,
  connect,
  // Their timers count idle time; ours count the whole and include the wait for a socket.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const;

/** Connections that fill up together: a pool of them, or one for a single request. */
class Lane {
  readonly dispatcher: Dispatcher;
  readonly sockets: number;
  readonly #passing: boolean;
  /** Requests under way, or waiting for one of the sockets. */
  active = 0;

  constructor(dispatcher: Dispatcher, sockets: number, { passing }: { passing: boolean }) {
    this.dispatcher = dispatcher;
    this.sockets = sockets;
    this.#passing = passing;
  }

  leave(): void {
    this.active--;
    // Not while it still tells of the answer.
    if (this.#passing) queueMicrotask(() => void this.dispatcher.destroy().catch(() => {}));
  }
}

/**
 * The connections to one service: pools of 64 sockets, filled in order up to `maxConcurrent`, so that a quiet service
 * keeps few sockets and a busy one is not held up. Never shared between services: a stray answer stays with its team.
 */
export class Service {
  readonly origin: string;
  readonly #pools: Lane[] = [];
  readonly #maxConcurrent: number;
  readonly #options: Client.Options;

  constructor(origin: string, { maxConcurrent, maxHeaderBytes }: ServiceLimits) {
    this.origin = origin;
    this.#options = { ...POOL_OPTIONS, maxHeaderSize: maxHeaderBytes };
    this.#maxConcurrent = maxConcurrent;
  }

  /** Requests under way. */
  get active(): number {
    return this.#pools.reduce((sum, { active }) => sum + active, 0);
  }

  /** Fetches a whole answer within a total time. Never rejects. */
  fetchWhole(request: WholeRequest, connection?: Connection): Promise<UpstreamOutcome> {
    const lane = this.#enter(connection);
    return dispatchWhole(lane.dispatcher, this.origin, request, lane);
  }

  /** Starts a request whose bodies stream both ways. Rejects when no answer begins, with IdleTimeout for time. */
  async openStream(request: StreamRequest, connection?: Connection): Promise<StreamResponse> {
    const idle = new AbortController();
    const abort = () => idle.abort(new IdleTimeout(request.timeoutMs));
    // undici's own timers tick in half seconds.
    let timer = request.body ? undefined : setTimeout(abort, request.timeoutMs);
    request.body?.once('end', () => {
      timer = setTimeout(abort, request.timeoutMs);
    });
    const leave = () => idle.abort(request.signal.reason);
    request.signal.addEventListener('abort', leave);
    if (request.signal.aborted) leave();
    const lane = this.#enter(connection);
    const release = () => {
      lane.leave();
      clearTimeout(timer);
      request.signal.removeEventListener('abort', leave);
    };
    const informational = new Informational();
    try {
      const { statusCode, headers, body } = await lane.dispatcher.request({
        method: request.method as Dispatcher.HttpMethod,
        path: request.path,
        headers: [...request.headers],
        body: request.body ?? null,
        signal: idle.signal,
        onInfo: ({ statusCode: status, headers: early }) => {
          const flood = informational.note();
          if (flood) idle.abort(flood);
          else request.onInterim?.(status, early);
        },
      });
      clearTimeout(timer);
      body
        .once('close', () => {
          release();
          request.onEnd?.();
        })
        .on('error', () => {});
      const bytes = idleLimited(body, request.timeoutMs, abort);
      return { status: statusCode, headers, body: bytes, discard: () => body.dump() };
    } catch (error) {
      release();
      throw idle.signal.aborted ? idle.signal.reason : error;
    }
  }

  /** Ends all connections at once. */
  async close(): Promise<void> {
    await Promise.all(this.#pools.map(({ dispatcher }) => dispatcher.destroy()));
  }

  #enter(connection: Connection | undefined): Lane {
    const lane = connection?.fresh ? this.#freshLane() : this.#lane();
    lane.active++;
    return lane;
  }

  /** One connection for one request. */
  #freshLane(): Lane {
    return new Lane(new Client(this.origin, this.#options), 1, { passing: true });
  }

  #lane(): Lane {
    for (const lane of this.#pools) if (lane.active < lane.sockets) return lane;
    const last = this.#pools.at(-1);
    const more = this.#maxConcurrent - this.#pools.length * SOCKETS_PER_POOL;
    if (last && more <= 0) {
      const queue = (lane: typeof last) => lane.active / lane.sockets;
      return this.#pools.reduce((least, lane) => (queue(lane) < queue(least) ? lane : least), last);
    }
    const sockets = Math.min(SOCKETS_PER_POOL, more);
    const pool = new Pool(this.origin, { ...this.#options, connections: sockets });
    const lane = new Lane(pool, sockets, { passing: false });
    this.#pools.push(lane);
    return lane;
  }
}

/** The same bytes; `abort` is called when one piece takes longer than `timeoutMs`. A slow reader does not count. */
async function* idleLimited(
  body: AsyncIterable<Buffer>,
  timeoutMs: number,
  abort: () => void,
): AsyncGenerator<Buffer> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(abort, timeoutMs);
      const piece = await pieces.next().finally(() => clearTimeout(timer));
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    await pieces.return?.();
  }
}
