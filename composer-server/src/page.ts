import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** One request of a visitor, as plain data: what the stages know of the server's side of it. */
export interface PageRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The visitor's address, through trusted proxies. */
  readonly address: string;
  /** Scheme and host that the visitor sees, for example `https://shop.example`. */
  readonly origin: string;
  /** The request's body; only actions ask for it. A visitor that waits to be asked (RFC 9110 §10.1.1) then sends it. */
  body(): Readable;
  /** Sends a 102 or 103 before the answer (RFC 9110 §15.2), where the visitor can take it; headers as a flat list. */
  sendInterim(status: number, headers: readonly string[]): void;
  /** Aborts when the visitor leaves. */
  readonly signal: AbortSignal;
  /** When the request began, or its turn came where it had to wait, on the clock of `performance.now()`. */
  startedAt: number;
  /** `x-request-id`: the visitor's where it is well-formed, else a new one. */
  readonly id: string;
  /** The W3C trace context of this request: trace id and flags, for `traceparent`. */
  readonly trace: { readonly id: string; readonly flags: string };
}

/** A file to be sent with ranges and conditionals. */
export interface FileBody {
  readonly root: string;
  /** The encoded path below `root`. */
  readonly path: string;
}

/** What goes back: headers as a flat list of names and values. */
export interface PageResponse {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer | AsyncIterable<Buffer> | FileBody | undefined;
}
