import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import { isIP } from 'node:net';
import type { PageRequest } from '../page.ts';
import { randomHex } from '../random.ts';

/** What of the options decides about who a visitor is. */
export interface VisitorOptions {
  readonly publicOrigin: string | undefined;
  /** Undefined: nobody is believed. */
  readonly trustProxy: BlockList | undefined;
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

/** Whether bytes follow the headers. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
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
  // A body that nobody asked for may come or not: what follows on the connection cannot be told apart.
  if (waits) outgoing.shouldKeepAlive = false;
  const known = trustProxy ? toldByProxy(headers, peer, trustProxy) : undefined;
  const protocol = known?.protocol ?? ('encrypted' in socket ? 'https' : 'http');
  const host = known?.host || headers.host || 'localhost';
  const origin = publicOrigin ?? originOf(`${protocol}://`, host);
  if (origin === undefined) return 400;
  const address = known?.address ?? peer;
  return new VisitorRequest(incoming, outgoing, { method, url, address, origin, waits });
}

/** What a trusted proxy says about the visitor; undefined from anybody else. */
function toldByProxy(headers: IncomingMessage['headers'], peer: string, trustProxy: BlockList) {
  const trusted = (address: string) => {
    const family = isIP(address);
    return family !== 0 && trustProxy.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
  if (!trusted(peer.replace(/^::ffff:/, ''))) return undefined;
  const claimed = (name: string) =>
    String(headers[name] ?? '')
      .split(',', 1)[0]
      ?.trim();
  return {
    protocol: /^https?$/.exec(claimed('x-forwarded-proto') ?? '')?.[0],
    host: claimed('x-forwarded-host'),
    address: visitorAddress(String(headers['x-forwarded-for'] ?? ''), peer, trusted),
  };
}

/** What a page from memory does not need is made when it is asked for: that saves a tenth of what such a page takes. */
class VisitorRequest implements PageRequest {
  readonly method: string;
  readonly url: string;
  readonly address: string;
  readonly origin: string;
  readonly headers: IncomingMessage['headers'];
  startedAt = performance.now();
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
