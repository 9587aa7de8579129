import type { Dispatcher } from 'undici';
import type { Hold } from '../budget.ts';
import { headerValue, type ResponseHeaders } from '../headers.ts';
import { failureKind, Informational } from './failure.ts';

/** What became of a request whose whole body was asked for. */
export type UpstreamOutcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly body: Buffer;
    }
  | { readonly kind: 'timeout' | 'aborted' }
  | { readonly kind: 'too-large' | 'headers-too-large' }
  /** The page that asked for it has no room for it. */
  | { readonly kind: 'evicted' }
  /** `unreachable`: no connection; `reset`: the connection ended before the answer began; `broken`: after that, or no HTTP. */
  | { readonly kind: 'unreachable' | 'reset' | 'broken'; readonly cause: Error };

export interface WholeRequest {
  readonly method: 'GET' | 'HEAD';
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly string[];
  /** Total: from now, waiting for a connection included, to the last byte of the body. */
  readonly timeoutMs: number;
  /** Most bytes of the body as they come over the wire. */
  readonly maxBytes: number;
  /** The place of its bytes on a page; undefined where no page waits for it. */
  readonly hold: Hold | undefined;
  /** Told status and headers before the body comes. */
  readonly onHead?: ((status: number, headers: ResponseHeaders) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Whose place a request takes until it is settled. */
interface Place {
  leave(): void;
}

/** Fetches a whole answer through one of the client's dispatchers, then leaves its `place`. Never rejects. */
export function dispatchWhole(
  dispatcher: Dispatcher,
  origin: string,
  request: WholeRequest,
  place: Place,
): Promise<UpstreamOutcome> {
  const { signal, hold } = request;
  // While it waited for its turn, the page may have given its place to another.
  const unwanted = signal?.aborted ? 'aborted' : hold?.coming === false ? 'evicted' : undefined;
  if (unwanted) {
    place.leave();
    return Promise.resolve({ kind: unwanted });
  }
  return new Promise((resolve) => {
    const answer = new WholeAnswer(request, place, resolve);
    const { path, method } = request;
    const headers = request.headers as string[];
    dispatcher.dispatch({ origin, path, method, headers }, answer);
  });
}

/**
 * An answer on its way. One object for all that is known of it: a function for each of its events and one for each way
 * out would be most of what a fragment costs.
 */
class WholeAnswer implements Dispatcher.DispatchHandler {
  readonly #request: WholeRequest;
  readonly #place: Place;
  readonly #resolve: (outcome: UpstreamOutcome) => void;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #done = false;
  #informational: Informational | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  #declared = 0;
  #size = 0;
  /** Most answers come in one piece. */
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;

  constructor(request: WholeRequest, place: Place, resolve: (outcome: UpstreamOutcome) => void) {
    this.#request = request;
    this.#place = place;
    this.#resolve = resolve;
    this.#timer = setTimeout(onTimeout, request.timeoutMs, this);
    request.signal?.addEventListener('abort', this);
    if (request.hold) request.hold.holder = this;
  }

  onEvicted(): void {
    this.settle({ kind: 'evicted' });
  }

  /** Nobody wants it any more. */
  handleEvent(): void {
    this.settle({ kind: 'aborted' });
  }

  settle(outcome: UpstreamOutcome): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    // An answer that was long on its way lies in V8's old generation, for a while also as garbage: its bytes need not.
    this.#first = this.#more = undefined;
    this.#request.signal?.removeEventListener('abort', this);
    this.#place.leave();
    this.#resolve(outcome);
    // Without effect on an answer that is complete; else the socket must not go on receiving.
    if (outcome.kind !== 'response') this.#controller?.abort(new Error(outcome.kind));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It may have waited for a socket until nobody wanted it any more.
    if (this.#done) controller.abort(new Error('no longer wanted'));
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) {
      this.#informational ??= new Informational();
      const cause = this.#informational.note();
      if (cause) this.settle({ kind: 'broken', cause });
      return;
    }
    const { onHead, maxBytes, hold } = this.#request;
    this.#status = status;
    this.#headers = headers;
    if (!this.#done) onHead?.(status, headers);
    const coding = headerValue(headers, 'transfer-encoding') ?? 'chunked';
    // Only chunks are undone on the way here (RFC 9112 §7).
    if (coding.toLowerCase() !== 'chunked')
      this.settle({ kind: 'broken', cause: new Error(`its transfer coding is ${coding}`) });
    // Its place is taken as a whole: what cannot fit costs nobody else's while it comes.
    this.#declared = Number(headerValue(headers, 'content-length') ?? 0);
    if (this.#declared > maxBytes) this.settle({ kind: 'too-large' });
    else if (hold && !hold.resize(this.#declared)) this.settle({ kind: 'evicted' });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const { maxBytes, hold } = this.#request;
    this.#size += chunk.length;
    if (this.#size > maxBytes) this.settle({ kind: 'too-large' });
    else if (hold && this.#size > this.#declared && !hold.resize(this.#size))
      this.settle({ kind: 'evicted' });
    else if (this.#done) return;
    else if (!this.#first) this.#first = chunk;
    else {
      this.#more ??= [this.#first];
      this.#more.push(chunk);
    }
  }

  onResponseEnd(): void {
    const body = this.#more ? Buffer.concat(this.#more) : (this.#first ?? Buffer.alloc(0));
    this.settle({ kind: 'response', status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    if ('code' in cause && cause.code === 'UND_ERR_HEADERS_OVERFLOW')
      this.settle({ kind: 'headers-too-large' });
    else this.settle({ kind: failureKind(cause, this.#status !== 0), cause });
  }
}

function onTimeout(answer: WholeAnswer): void {
  answer.settle({ kind: 'timeout' });
}
