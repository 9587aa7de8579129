import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { template } from '../page.ts';
import { type Running, start } from '../process.ts';
import type { Task } from './serve.ts';

const CLI = join(import.meta.dirname, '../../../composer-server/src/cli.ts');

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
