import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generator } from './src/load.ts';
import { measure, type RunResult } from './src/measure.ts';
import { judge } from './src/musts.ts';
import { start } from './src/process.ts';
import { readmeTable, writeReadme } from './src/readme.ts';
import { SCENARIOS } from './src/scenarios.ts';
import { mustsTable, scenarioTable } from './src/table.ts';

const USAGE = `Usage: pnpm bench [scenario …] [--rounds 5] [--seconds 2] [--check] [--readme]

  Composes the same pages with Tessera, a bare server, a hand-written fan-out, and others, in turn, and prints what each took.
  Linux only: CPU time comes from /proc. nginx, varnishd and wrk are used where they are installed.

  --rounds   how often every composer has its turn
  --seconds  how long one turn is
  --check    exit code 1 when something that must hold does not; without scenarios \`pnpm bench:micro\` belongs to it
  --readme   puts the table of what was measured into the README

  Scenarios: ${SCENARIOS.map(({ id }) => id).join(', ')}
`;

/** A scenario's results in `latest.json`. */
interface Kept {
  readonly date: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly runs: readonly RunResult[];
}

const { values, positionals } = readArguments();
if (values.help) {
  process.stdout.write(USAGE);
  process.exit();
}

installPeers();
const chosen = SCENARIOS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
const options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  log: (line: string) => process.stderr.write(`${line}\n`),
};
const results = new Map<string, readonly RunResult[]>();
const origin = await start('load', process.execPath, [join(import.meta.dirname, 'src/origin.ts')]);
try {
  for (const scenario of chosen) {
    const measured = await measure(scenario, origin.url, options);
    results.set(scenario.id, measured);
    process.stdout.write(`\n${scenarioTable(scenario, measured)}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
} finally {
  await origin.stop();
}
const judged = judge(results);
process.stdout.write(`\n### What must hold\n\n${mustsTable(judged)}\n`);
const kept = save();
if (values.readme) writeReadme(join(import.meta.dirname, '../README.md'), readmeTable(kept));
const micro = values.check && positionals.length === 0 ? microHolds() : true;
if (values.check && !(micro && judged.every(({ holds, wished }) => holds || wished)))
  process.exitCode = 1;

/** What the command line asks for; what is wrong with it is said before anything is measured or written. */
function readArguments() {
  try {
    const read = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '2' },
        check: { type: 'boolean', default: false },
        readme: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    for (const name of ['rounds', 'seconds'] as const) {
      if (!/^[1-9]\d{0,3}$/.test(read.values[name]))
        throw new Error(
          `--${name} must be a whole number from 1 to 9999 (it is "${read.values[name]}").`,
        );
    }
    const unknown = read.positionals.find(
      (id) => !SCENARIOS.some((scenario) => scenario.id === id),
    );
    if (unknown !== undefined) throw new Error(`There is no scenario "${unknown}".`);
    return read;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return process.exit(1);
  }
}

/** A look-up, and the containment of 4 KB, beside JSON.parse of as much. */
function microHolds(): boolean {
  const { status } = spawnSync('npm', ['run', 'bench:micro'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 2, 2],
  });
  process.stdout.write(`\npnpm bench:micro ${status === 0 ? 'holds' : 'does not hold'}\n`);
  return status === 0;
}

/** They are no dependencies of the product, so only who runs a benchmark gets them. */
function installPeers(): void {
  const folder = join(import.meta.dirname, 'peers');
  if (existsSync(join(folder, 'node_modules'))) return;
  const { packageManager } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
  );
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile'];
  const { status } = spawnSync('npx', args, { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('What the benchmarks compare with could not be installed.');
}

/** Scenarios that did not run this time keep the results that they had. Answers all of them. */
function save(): Map<string, readonly RunResult[]> {
  const folder = join(import.meta.dirname, 'results');
  const file = join(folder, 'latest.json');
  mkdirSync(folder, { recursive: true });
  const before: Record<string, Kept> = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8')).scenarios
    : {};
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
    load: generator,
  };
  const { rounds, seconds } = options;
  const now: Record<string, Kept> = Object.fromEntries(
    [...results].map(([id, measured]) => [
      id,
      { date: new Date().toISOString().slice(0, 10), rounds, seconds, runs: measured },
    ]),
  );
  const scenarios = { ...before, ...now };
  writeFileSync(file, `${JSON.stringify({ machine, scenarios }, undefined, 1)}\n`);
  return new Map(Object.entries(scenarios).map(([id, { runs }]) => [id, runs]));
}
