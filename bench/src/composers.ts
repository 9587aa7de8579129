import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNginx } from './composers/nginx.ts';
import type { Task } from './composers/serve.ts';
import { startTessera, startTesseraWithRedis } from './composers/tessera.ts';
import { startVarnish } from './composers/varnish.ts';
import { type Running, start } from './process.ts';

/** Who composes the page of a scenario. */
export type ComposerName = keyof typeof starters;

type Start = (task: Task, folder: string) => Promise<Running>;

/** A composer that is a Node process of ours around its package. */
const node =
  (file: string): Start =>
  (task, folder) =>
    start('composer', process.execPath, [
      join(import.meta.dirname, 'composers', `${file}.ts`),
      JSON.stringify(task),
      folder,
    ]);

const starters = {
  static: node('static'),
  'fan-out': node('fan-out'),
  tessera: (task, folder) => startTessera(task, folder),
  'tessera varied': (task, folder) => startTessera(task, folder),
  'tessera 2 workers': (task, folder) => startTessera(task, folder, { workers: 2 }),
  'tessera redis': startTesseraWithRedis,
  podium: node('podium'),
  tailor: node('tailor'),
  nodesi: node('nodesi'),
  nginx: startNginx,
  varnish: startVarnish,
} satisfies Record<string, Start>;

/** How they are called in tables. */
export const TITLES: Readonly<Record<ComposerName, string>> = {
  static: 'bare Node server of the finished page',
  'fan-out': 'reference fan-out (undici, no features)',
  tessera: '**Tessera**',
  'tessera varied': '**Tessera**, its fragments’ HTML never twice the same',
  'tessera 2 workers': '**Tessera**, two workers',
  'tessera redis': '**Tessera**, Redis behind its memory',
  podium: 'Podium',
  tailor: 'Tailor',
  nodesi: 'nodesi',
  nginx: 'nginx SSI',
  varnish: 'Varnish ESI',
};

const COMMANDS: Partial<Record<ComposerName, string>> = {
  nginx: 'nginx',
  varnish: 'varnishd',
  'tessera redis': 'redis-server',
};

/** Whether it is there; the servers that no registry has are used where they are installed. */
export function isInstalled(name: ComposerName): boolean {
  const command = COMMANDS[name];
  return command === undefined || spawnSync(command, ['--version']).error === undefined;
}

let scratch: string | undefined;

/** Goes when the benchmark ends, however it does. */
function scratchFolder(): string {
  if (scratch === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    scratch = folder;
  }
  return scratch;
}

/** Starts a composer in a folder of its own, which goes when it stops. */
export async function startComposer(name: ComposerName, task: Task): Promise<Running> {
  const folder = mkdtempSync(join(scratchFolder(), `${name}-`));
  const running = await starters[name](task, folder);
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
