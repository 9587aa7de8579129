import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { template } from '../page.ts';
import { type Running, start } from '../process.ts';
import { freePort } from './free-port.ts';
import type { Task } from './serve.ts';

const CLI = join(import.meta.dirname, '../../../composer-server/bin/tessera.js');

/** Tessera as it is run: the command line, every option at its default but those of the page. */
export function startTessera(
  { spec, bases }: Task,
  folder: string,
  { workers, options = {} }: { workers?: number; options?: object } = {},
): Promise<Running> {
  const slots = template(
    spec,
    (i) => `<fragment-slot name="part${i}" timeout-ms="${spec.timeoutMs}"></fragment-slot>`,
  );
  writeFileSync(join(folder, 'page.html'), slots);
  const config = {
    templates: '.',
    pages: { '/': 'page.html' },
    fragments: Object.fromEntries(
      bases.map((url, i) => [
        `part${i}`,
        { url, manifest: { protocol: 1, version: '1', content: 'content' } },
      ]),
    ),
    ...options,
  };
  const file = join(folder, 'composer.config.json');
  writeFileSync(file, JSON.stringify(config));
  const flags = workers === undefined ? [] : ['--workers', String(workers)];
  return start('composer', process.execPath, [
    ...[CLI, 'serve', '--config', file, '--port', '0'],
    ...flags,
  ]);
}

/** The same with a Redis of its own, empty, on the core of the load. */
export async function startTesseraWithRedis(task: Task, folder: string): Promise<Running> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const redis = await start('load', 'redis-server', args, {
    url: `http://127.0.0.1:${port}/`,
    ready: () => isListening(port),
  });
  const running = await startTessera(task, folder, {
    options: { cache: { redis: `redis://127.0.0.1:${port}` } },
  });
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await redis.stop();
    },
  };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
