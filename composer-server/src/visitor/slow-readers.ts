import type { Socket } from 'node:net';

/** How often it is looked, in each `timeoutMs`. */
const LOOKS = 8;
const MAX_LOOK_MS = 5000;

/**
 * Ends connections on which what was sent at once (a whole page, or 64 KiB of a stream) is not taken within `timeoutMs`.
 * A limit of idle time does not see who takes a byte now and then. Answers a function that stops it.
 */
export function endSlowReaders(sockets: () => Iterable<Socket>, timeoutMs: number): () => void {
  const waiting = new WeakMap<Socket, { readonly taken: number; readonly since: number }>();
  const look = () => {
    const now = performance.now();
    for (const socket of sockets()) {
      if (socket.writableLength === 0) {
        waiting.delete(socket);
        continue;
      }
      // Counts a write once all of it has been taken.
      const taken = socket.bytesWritten - socket.writableLength;
      const before = waiting.get(socket);
      if (before?.taken !== taken) waiting.set(socket, { taken, since: now });
      else if (now - before.since > timeoutMs) socket.destroy();
    }
  };
  const timer = setInterval(look, Math.min(timeoutMs / LOOKS, MAX_LOOK_MS)).unref();
  return () => clearInterval(timer);
}
