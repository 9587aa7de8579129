import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

// A real Redis for tests.

/** Whether redis-server can be had; without it tests of the shared tier cannot run, which CI must not accept. */
export function hasRedis(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (found) return true;
  if (process.env.CI) throw new Error('redis-server is missing: install it (Debian: redis-server)');
  console.warn('redis-server is missing: the tests of the shared cache tier are SKIPPED');
  return false;
}

/** Starts an empty redis-server on this port, by default a free one. */
export async function startRedis(port?: number, settings: readonly string[] = []) {
  const used = port ?? (await freePort());
  const options = [
    '--port',
    String(used),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const server = spawn('redis-server', [...options, ...settings], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface(server.stdout)) {
    if (line.includes('Ready to accept connections')) break;
  }
  server.stdout.resume();
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    port: used,
    url: `redis://127.0.0.1:${used}`,
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    end,
    [Symbol.asyncDispose]: end,
  };
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
