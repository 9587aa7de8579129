import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Serve = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/**
 * Lets a connection have one request under way: those sent ahead of its answer (pipelined, RFC 9112 §9.3.2) wait, and no
 * more are read. Node begins with all of them at once, so that a visitor who sends a thousand and takes nothing would have a
 * thousand pages kept for him.
 */
export function inTurns(): (serve: Serve) => Serve {
  const latest = new WeakMap<Socket, ServerResponse>();
  return (serve) => (incoming, outgoing) => {
    const { socket } = incoming;
    const before = latest.get(socket);
    latest.set(socket, outgoing);
    outgoing.once('close', () => {
      if (latest.get(socket) === outgoing) latest.delete(socket);
    });
    if (!before) return serve(incoming, outgoing);
    socket.pause();
    before.once('close', () => {
      if (socket.destroyed) return;
      if (latest.get(socket) === outgoing) socket.resume();
      serve(incoming, outgoing);
    });
  };
}
