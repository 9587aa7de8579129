import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SHELL = join(import.meta.dirname, '..');
const FIXTURE = join(import.meta.dirname, 'fixture');
const ADAPTERS = join(import.meta.dirname, 'adapters');
const VITE = join(SHELL, 'node_modules/vite/bin/vite.js');

/** The built shell and a built React remote, in a folder that goes away with it. */
export interface Builds extends AsyncDisposable {
  readonly shell: string;
  readonly remote: string;
  /** The same, built for React 18. */
  readonly oldRemote: string;
  /** A widget for each adapter of the kit, by the adapter's name. */
  readonly adapters: string;
  /** The shell's entries by name: `boot`, `react`, … */
  readonly entries: Readonly<Record<string, string>>;
  /** What the remote's `./widget` needs, relative to `remote`. */
  readonly closure: readonly string[];
}

export async function buildAll(): Promise<Builds> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-shell-'));
  const shell = join(folder, 'shell');
  const remote = join(folder, 'remote');
  const oldRemote = join(folder, 'old-remote');
  await Promise.all([runBuild(SHELL, shell), runBuild(FIXTURE, remote)]);
  const adapters = join(folder, 'adapters');
  await runBuild(ADAPTERS, adapters);
  await runBuild(FIXTURE, oldRemote, { REACT_RANGE: '^18.0.0' });

  const manifest: Record<string, { name: string; file: string; isEntry?: true }> = JSON.parse(
    await readFile(join(shell, '.vite/manifest.json'), 'utf8'),
  );
  const entries = Object.values(manifest).filter((chunk) => chunk.isEntry);
  return {
    shell,
    remote,
    oldRemote,
    adapters,
    entries: Object.fromEntries(entries.map(({ name, file }) => [name, `/_tessera/shell/${file}`])),
    closure: JSON.parse(await readFile(join(remote, 'closure.json'), 'utf8')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

export async function runBuild(
  folder: string,
  outDir: string,
  own: Readonly<Record<string, string>> = {},
): Promise<void> {
  // In a process of its own: Module Federation's plugin does nothing where it finds a test runner.
  const { VITEST: _, ...env } = process.env;
  await promisify(execFile)(
    process.execPath,
    [VITE, 'build', '--logLevel', 'error', '--outDir', outDir],
    { cwd: folder, env: { ...env, ...own, NODE_ENV: 'production' } },
  );
}
