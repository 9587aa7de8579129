import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const e2e = fileURLToPath(new URL('../e2e/', import.meta.url));

/** The first Chromium found: `TESSERA_CHROMIUM`, Playwright's own, then those on the PATH. */
export async function findChromium(): Promise<string | undefined> {
  const named = process.env.TESSERA_CHROMIUM;
  if (named) return named;
  const { chromium } = await import(join(e2e, 'node_modules/@playwright/test/index.mjs'));
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [chromium.executablePath(), ...onPath].find((file) => file !== '' && existsSync(file));
}

/** The same, after installing one where there is none: Debian's package when run as root, else Playwright's download. */
export async function needChromium(): Promise<string> {
  const found = await findChromium();
  if (found) return found;
  console.log('No Chromium found; installing one for the browser tests …');
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, {
      cwd: e2e,
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  if (process.getuid?.() === 0) {
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium');
  }
  if (!(await findChromium()))
    run(join(e2e, 'node_modules/.bin/playwright'), 'install', 'chromium');
  const installed = await findChromium();
  if (installed) return installed;
  throw new Error(
    'The browser tests need a Chromium, and none could be installed. Install one (Debian: apt-get install chromium) or name it in TESSERA_CHROMIUM.',
  );
}
