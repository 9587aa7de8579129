import { isInstalled, startComposer } from './composers.ts';
import { load } from './load.ts';
import { fragmentPath, isBroken, whatIsWrong } from './page.ts';
import { visit } from './probe.ts';
import { cpuMs, peakMemoryMb, type Running } from './process.ts';
import type { Run, Scenario } from './scenarios.ts';
import { median } from './statistics.ts';

/** What was measured of one run. Lists have a number for every round. */
export interface RunResult {
  readonly name: string;
  readonly cpuMsPerPage: number[];
  readonly pagesPerSecond: number[];
  readonly firstByteMs: number[];
  readonly completeMs: number[];
  /** Pages that did not come whole, under load. */
  readonly failures: number[];
  /** Of the body on the wire. */
  bytes: number;
  readonly peakMemoryMb: number;
  readonly fragments: number;
}

export interface MeasureOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
}

/** Nobody listens on the discard port. */
const DEAD_ORIGIN = 'http://127.0.0.1:9';
const VISITS = 9;
const WARM_SECONDS = 10;

/** Measures a scenario's runs in turn, round by round; leaves out composers that are not installed. */
export async function measure(
  { runs, connections, id }: Scenario,
  origin: string,
  { rounds, seconds, log }: MeasureOptions,
): Promise<RunResult[]> {
  const started: { readonly run: Run; readonly running: Running; readonly result: RunResult }[] =
    [];
  try {
    for (const run of runs) {
      if (!isInstalled(run.composer)) continue;
      const running = await startComposer(run.composer, {
        spec: run.spec,
        bases: run.spec.fragments.map(
          (one, i) => (one.mode === 'dead' ? DEAD_ORIGIN : origin) + fragmentPath(i, one),
        ),
      });
      const one = { run, running, result: emptyResult(run) };
      started.push(one);
      one.result.bytes = await checked(run, running);
    }
    // What is compiled while it runs, is compiled before it is measured.
    if (connections > 0)
      for (const { run, running, result } of started)
        await load(running.url, {
          ...{ connections, seconds: WARM_SECONDS },
          ...{ gzip: run.spec.gzip, bytes: result.bytes },
        });
    for (let round = 0; round < rounds; round++) {
      for (const one of started) {
        await measureVisits(one.run, one.running, one.result, connections > 0 ? 3 : VISITS);
        if (connections > 0)
          await measureLoad(one.run, one.running, one.result, connections, seconds);
      }
      log(`${id}: round ${round + 1} of ${rounds}`);
    }
    return started.map(({ running, result }) => ({
      ...result,
      peakMemoryMb: peakMemoryMb(running.pids()),
    }));
  } finally {
    for (const { running } of started) await running.stop();
  }
}

function emptyResult({ name, spec }: Run): RunResult {
  const lists = {
    cpuMsPerPage: [],
    pagesPerSecond: [],
    firstByteMs: [],
    completeMs: [],
    failures: [],
  };
  return { name, ...lists, bytes: 0, peakMemoryMb: 0, fragments: spec.fragments.length };
}

/** Nothing is timed before its output is right. Answers its size once stored parts are in use. */
async function checked({ name, composer, spec }: Run, running: Running): Promise<number> {
  let bytes = 0;
  for (let time = 0; time < 4; time++) {
    const seen = await visit(running.url, { gzip: spec.gzip });
    const wrong =
      seen.status === 200 ? whatIsWrong(spec, seen.body) : `its status is ${seen.status}`;
    // What others make of a fragment that fails is theirs.
    if (wrong && !(spec.fragments.some(isBroken) && composer !== 'tessera'))
      throw new Error(`The page of ${name} is wrong: ${wrong}.`);
    bytes = seen.bytes;
  }
  return bytes;
}

async function measureVisits(
  { spec }: Run,
  { url }: Running,
  result: RunResult,
  count: number,
): Promise<void> {
  const seen = [];
  for (let i = 0; i < count; i++) seen.push(await visit(url, { gzip: spec.gzip }));
  result.firstByteMs.push(median(seen.map(({ firstByteMs }) => firstByteMs)));
  result.completeMs.push(median(seen.map(({ completeMs }) => completeMs)));
}

async function measureLoad(
  { spec }: Run,
  running: Running,
  result: RunResult,
  connections: number,
  seconds: number,
): Promise<void> {
  const pids = running.pids();
  const before = cpuMs(pids);
  // What waits for slow fragments needs a few of them to tell anything.
  const slowest = Math.max(...spec.fragments.map(({ delayMs }) => delayMs));
  const loaded = await load(running.url, {
    connections,
    seconds: Math.max(seconds, Math.ceil((slowest * 3) / 1000)),
    ...{ gzip: spec.gzip, bytes: result.bytes },
  });
  const used = cpuMs(pids) - before;
  result.failures.push(loaded.failures);
  result.cpuMsPerPage.push(used / loaded.pages);
  result.pagesPerSecond.push(loaded.pages / loaded.seconds);
}
