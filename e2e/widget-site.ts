import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startComposer } from '../composer-server/test/servers.ts';
import { defineFragment, serveFragments } from '../fragment-kit/src/index.ts';

const ROOT = join(import.meta.dirname, '..');
const KIT = join(ROOT, 'fragment-kit');
const VITE = join(dirname(createRequire(`${KIT}/`).resolve('vite/package.json')), 'bin/vite.js');

/** Pages with hardly more than one React widget that starts at once: what they cost is the shell's affair. */
export interface WidgetSite extends AsyncDisposable {
  /** Has `/federated` (Module Federation), `/container` (a plain module), `/both`, and `/none`, whose slot has no widget. */
  readonly url: string;
}

/** The slots of each page. */
export const WIDGET_PAGES = {
  federated: ['counter'],
  container: ['clock'],
  both: ['counter', 'clock'],
} as const;

/** Builds the widgets as a team does and serves them; the shell's build must be there. */
export async function startWidgetSite(): Promise<WidgetSite> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-widgets-'));
  await Promise.all(['counter', 'clock'].map((name) => build(name, folder)));
  const widget = (name: string) => ({
    ...{ name, version: '1', build: pathToFileURL(`${folder}/${name}/`) },
    remote: { module: './widget', mount: 'load' } as const,
  });
  const counter = defineFragment({
    ...widget('counter'),
    params: { label: { type: 'string', default: 'Cups' }, from: { type: 'integer', default: 3 } },
  });
  const clock = defineFragment({
    ...widget('clock'),
    params: { time: { type: 'string', default: '12:00' } },
  });
  const plain = defineFragment({ name: 'plain', version: '1', content: '', render: () => 'Hi' });
  const service = await serveFragments([counter, clock, plain], {
    ...{ port: 0, log: false, signals: false },
  });
  const slot = (name: string) => `<fragment-slot name="${name}" render="client"></fragment-slot>`;
  const bodies = {
    ...Object.fromEntries(
      Object.entries(WIDGET_PAGES).map(([page, names]) => [page, names.map(slot).join('')]),
    ),
    none: '<fragment-slot name="plain"></fragment-slot>',
  };
  const composer = await startComposer({
    shell: join(ROOT, 'shell/dist'),
    fragments: Object.fromEntries(
      ['counter', 'clock', 'plain'].map((name) => [name, `${service.url}${name}/`]),
    ),
    pages: Object.fromEntries(Object.keys(bodies).map((page) => [`/${page}`, `${page}.html`])),
    templates: Object.fromEntries(
      Object.entries(bodies).map(([page, body]) => [`${page}.html`, pageOf(page, body)]),
    ),
  });
  return {
    url: composer.url,
    async [Symbol.asyncDispose]() {
      await composer.close();
      await service.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function build(name: string, folder: string): Promise<void> {
  // The federation plugin switches itself off where it sees a test's environment.
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  await promisify(execFile)(
    process.execPath,
    [VITE, 'build', '--logLevel', 'error', '--outDir', join(folder, name, 'client')],
    { cwd: join(KIT, 'test/fixture', name), env },
  );
}

function pageOf(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"></head><body><h1>${title}</h1>${body}</body></html>`;
}
