import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from './build.ts';
import { needChromium } from './chromium.ts';

// `npm test` and `npm run test:long`: everything that must hold, ending with a line "N passed, N failed".

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const long = process.argv.includes('--long');

/** Runs a command to its end and answers whether it succeeded. */
function run(
  title: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  console.log(`\n— ${title}`);
  const child = spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code) => resolve(code === 0));
  });
}

async function main(): Promise<number> {
  const reports = await mkdtemp(join(tmpdir(), 'tessera-test-'));
  const counts = { passed: 0, failed: 0 };
  const count = (ok: boolean) => {
    if (ok) counts.passed++;
    else counts.failed++;
  };
  const vitest = async (title: string, config: string) => {
    const file = join(reports, 'vitest.json');
    const ok = await run(title, join(bin, 'vitest'), [
      'run',
      '--config',
      config,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ]);
    const report = await readJson(file);
    counts.passed += report?.numPassedTests ?? 0;
    counts.failed += report?.numFailedTests ?? 0;
    // A run that broke down without a failed test must not pass.
    if (!ok && !report?.numFailedTests) counts.failed++;
  };
  try {
    process.env.TESSERA_CHROMIUM = await needChromium();
    if (long) {
      await vitest('Long tests', 'vitest.long.config.ts');
    } else {
      count(await run('Lint and format', join(bin, 'biome'), ['check', '.']));
      count(await run('Types', join(bin, 'tsc'), ['--noEmit', '-p', 'tsconfig.json']));
      console.log('\n— Builds');
      await buildAll();
      await vitest('Unit and behaviour tests', 'vitest.config.ts');
      const file = join(reports, 'e2e.json');
      const playwright = join(root, 'e2e', 'node_modules', '.bin', 'playwright');
      const ok = await run(
        'Browser tests',
        playwright,
        ['test', '--config', 'e2e/playwright.config.ts'],
        {
          PLAYWRIGHT_JSON_OUTPUT_NAME: file,
        },
      );
      const { stats } = (await readJson(file)) ?? {};
      counts.passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
      counts.failed += stats?.unexpected ?? 0;
      if (!ok && !stats?.unexpected) counts.failed++;
    }
  } finally {
    await rm(reports, { recursive: true });
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

interface Report {
  numPassedTests?: number;
  numFailedTests?: number;
  stats?: { expected: number; unexpected: number; flaky: number };
}

async function readJson(file: string): Promise<Report | undefined> {
  return JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) ?? undefined;
}

process.exit(await main());
