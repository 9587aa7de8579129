import { once } from 'node:events';
import { createServer } from 'node:net';
import { cannotListen } from '../errors.ts';

/** A port that is free now: workers that come later must find the one that the first has. Throws CANNOT_LISTEN. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw cannotListen(host, 0, cause as Error);
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
