// The first step of every root script. Runs on the Node that the machine has (20 or newer), installs what is missing, then
// goes on with the pinned Node of the workspace: the shell that started us has already looked up its own `node`.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = join(root, 'node_modules', 'node', 'bin', 'node');
const [step, ...args] = process.argv.slice(2);
const steps = {
  start: ['shell/app/start.ts'],
  dev: ['shell/app/start.ts', '--watch'],
  test: ['tools/test.ts'],
  'test-long': ['tools/test.ts', '--long'],
};

if (!(step in steps)) {
  console.error(`Usage: node tools/bootstrap.mjs ${Object.keys(steps).join('|')}`);
  process.exit(1);
}
install();
const [script, ...fixed] = steps[step];
const child = spawn(node, [join(root, script), ...fixed, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${join(root, 'node_modules', 'node', 'bin')}:${process.env.PATH}` },
});
// Ctrl+C reaches the whole group, the child too; passing it on again does no harm.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm does not pass a SIGTERM through the shell that it starts us with: without npm nobody could stop the child.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 300).unref();
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/** Installs when the lockfile is another than the one that was installed last. */
function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  const mark = join(root, 'node_modules', '.tessera-installed');
  if (existsSync(node) && existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.log(`Installing dependencies with ${packageManager} …`);
  const npx = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (npx.status !== 0) {
    console.error('The installation failed. It needs the npm registry; see the messages above.');
    process.exit(1);
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(mark, lock);
}
