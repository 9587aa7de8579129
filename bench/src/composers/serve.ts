import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageSpec } from '../page.ts';

/** What a composer in a Node process of its own is told: its first argument, as JSON; the second is a folder of its own. */
export interface Task {
  readonly spec: PageSpec;
  /** URLs of the fragments' folders, in order, each ending with `/`. */
  readonly bases: readonly string[];
}

export function readTask(): Task {
  return JSON.parse(process.argv[2] ?? '');
}

/** Listens on a free port and tells which. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`listening on http://127.0.0.1:${port}\n`);
  });
}
