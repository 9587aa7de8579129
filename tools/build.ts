import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a build is made from besides the package itself, relative to the workspace. */
const SHARED = ['contract/src/**/*.ts', 'fragment-kit/src/**/*.ts', 'pnpm-lock.yaml'];

/** Builds run at most this many at a time: they are short, and each uses more than one core. */
const AT_ONCE = 2;

export interface BuildOptions {
  /** Only packages in these folders, for example `fragments/product`. Default: all that have a Vite configuration. */
  readonly only?: readonly string[];
  /** Gets a line for every build. Default: `console.log`. */
  readonly log?: (line: string) => void;
}

/**
 * Builds the shell and the fragments whose build is missing or older than its sources; answers the folders that it built.
 *
 * A package's own script `build` makes its `dist/`; a hash of everything it was made from lies in there, so that an
 * up-to-date one costs a few milliseconds. Rejects with the output of the first build that failed.
 */
export async function buildAll({ only, log = console.log }: BuildOptions = {}): Promise<string[]> {
  const queue = (await packagesToBuild()).filter((folder) => only?.includes(folder) ?? true);
  const built: string[] = [];
  const worker = async () => {
    for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
      if (await buildPackage(folder, log)) built.push(folder);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return built;
}

/** Folders with a Vite configuration, relative to the workspace. */
async function packagesToBuild(): Promise<string[]> {
  const folders: string[] = [];
  const configs = glob(['shell/vite.config.ts', 'fragments/*/vite.config.ts'], { cwd: ROOT });
  for await (const file of configs) folders.push(dirname(file));
  return folders.sort();
}

/** Answers false when the build is up to date. */
async function buildPackage(folder: string, log: (line: string) => void): Promise<boolean> {
  const stamp = join(ROOT, folder, 'dist', '.built-from');
  const sources = await hashSources(folder);
  if ((await readFile(stamp, 'utf8').catch(() => '')) === sources) return false;
  const { scripts } = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
  const started = performance.now();
  await runScript(folder, scripts.build);
  await writeFile(stamp, sources);
  log(`built ${folder} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return true;
}

async function hashSources(folder: string): Promise<string> {
  const own = ['src/**/*', '*.ts', 'package.json'].map((pattern) => `${folder}/${pattern}`);
  const files: string[] = [];
  for await (const entry of glob([...own, ...SHARED], { cwd: ROOT, withFileTypes: true })) {
    const test = /\.(test|spec)\.ts$/.test(entry.name);
    if (entry.isFile() && !test) files.push(join(entry.parentPath, entry.name));
  }
  const hash = createHash('sha256').update(process.version);
  for (const file of files.sort()) {
    hash.update(`\0${file.slice(ROOT.length)}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}

/** Runs a package script as a package manager would, and stays silent unless it fails. */
function runScript(folder: string, script: string): Promise<void> {
  const cwd = join(ROOT, folder);
  // In a test runner Module Federation's plugin does nothing, and React would be its development build.
  const { VITEST: _, ...env } = process.env;
  const path = [join(cwd, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH];
  const child = spawn(script, {
    cwd,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, NODE_ENV: 'production', NO_COLOR: '1', PATH: path.join(delimiter) },
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Building ${folder} failed.\n${Buffer.concat(output)}`));
    });
  });
}

if (import.meta.main) {
  try {
    const built = await buildAll();
    if (built.length === 0) console.log('Everything is built.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
