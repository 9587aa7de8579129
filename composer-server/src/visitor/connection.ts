import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A visitor's connection: what of one request concerns the next. */
export class Connection {
  readonly socket: Socket;
  /** Without a request of its own: one that never sends anything must not hold up a stop. */
  quiet = true;
  /** The request whose body has not yet come. */
  awaited: IncomingMessage | undefined;
  /** The last answer that was begun and is not yet sent. */
  #latest: ServerResponse | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /**
   * Serves a request when its turn comes. One is under way at a time: those sent ahead of its answer (pipelined, RFC 9112
   * §9.3.2) wait, and no more are read. Node begins with all of them at once, so that a visitor who sends a thousand and
   * takes nothing would have a thousand pages kept for him.
   */
  take(outgoing: ServerResponse, serve: () => void): void {
    const before = this.#latest;
    this.#latest = outgoing;
    if (!before) {
      serve();
      return;
    }
    this.socket.pause();
    before.once('close', () => {
      if (this.socket.destroyed) return;
      if (this.#latest === outgoing) this.socket.resume();
      serve();
    });
  }

  /** An answer is sent, or given up. */
  end(outgoing: ServerResponse): void {
    if (this.#latest === outgoing) this.#latest = undefined;
    this.quiet = true;
  }
}
