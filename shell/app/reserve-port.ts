import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody else gets until it is released. */
export interface ReservedPort {
  readonly port: number;
  /** May be called again. */
  release(): Promise<void>;
}

/**
 * Takes a free port of this machine for a process that starts later, when others must know its address before. Whoever
 * connects meanwhile is turned away.
 */
export async function reservePort(): Promise<ReservedPort> {
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  let released: Promise<unknown> | undefined;
  return {
    port: address.port,
    async release() {
      released ??= once(server.close(), 'close');
      await released;
    },
  };
}
