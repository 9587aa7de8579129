import type { RunResult } from './measure.ts';
import { median, type Ratio, ratio } from './statistics.ts';

/** Something that must hold, or that we want. */
interface Must {
  readonly scenario: string;
  readonly says: string;
  readonly run: string;
  /** Undefined: an absolute limit. */
  readonly against?: string;
  readonly of: (run: RunResult) => readonly number[];
  readonly atMost: number;
  /** Better still. */
  readonly goal?: number;
}

const cpu = (run: RunResult) => run.cpuMsPerPage;
const cpuPerFragment = (run: RunResult) => run.cpuMsPerPage.map((ms) => ms / run.fragments);
const bytes = (run: RunResult) => [run.bytes];
const firstByte = (run: RunResult) => run.firstByteMs;
const complete = (run: RunResult) => run.completeMs;
const memory = (run: RunResult) => [run.peakMemoryMb];

const tessera = (
  scenario: string,
  says: string,
  of: Must['of'],
  against: string,
  atMost: number,
  goal?: number,
): Must => ({
  ...{ scenario, says, run: 'tessera', of, against, atMost },
  ...(goal === undefined ? {} : { goal }),
});
/** What is wanted, where HTML that came before is of no use. */
const varied = (scenario: string, says: string, of: Must['of'], against: string, goal: number) => ({
  ...tessera(scenario, says, of, against, Number.POSITIVE_INFINITY, goal),
  run: 'tessera varied',
});
const withinMs = (scenario: string, says: string, of: Must['of'], atMost: number): Must => ({
  ...{ scenario, says, run: 'tessera', of, atMost },
});
/** The limit of a fragment, and what a busy machine takes for the rest. */
const AT_LIMIT_MS = 1000 + 150;
const AT_ONCE_MS = 50;

const MUSTS: readonly Must[] = [
  tessera('uncached', 'CPU', cpu, 'fan-out', 1.0),
  tessera('uncached', 'CPU', cpu, 'podium', 1 / 4.5),
  tessera('uncached', 'CPU', cpu, 'tailor', 1 / 6.5),
  tessera('uncached', 'CPU', cpu, 'nginx', Number.POSITIVE_INFINITY, 1.0),
  varied('uncached', 'CPU', cpu, 'fan-out', 1.0),
  tessera('cached', 'CPU', cpu, 'static', 1.8, 1.3),
  tessera('cached', 'CPU', cpu, 'nginx', 1 / 2.5),
  tessera('cached', 'CPU', cpu, 'varnish', 1 / 5),
  tessera('cached-gzip', 'CPU', cpu, 'static', 1.8, 1.3),
  tessera('cached-gzip', 'size', bytes, 'static', 1.05),
  tessera('cached-gzip', 'CPU', cpu, 'nginx', 1 / 4),
  tessera('cached-gzip', 'CPU', cpu, 'varnish', 1 / 10),
  tessera('uncached-gzip', 'CPU', cpu, 'fan-out', 0.6),
  varied('uncached-gzip', 'CPU', cpu, 'fan-out', 0.6),
  tessera('uncached-gzip', 'CPU', cpu, 'nginx', Number.POSITIVE_INFINITY, 1.3),
  tessera('one-fresh-gzip', 'CPU', cpu, 'fan-out', 0.25),
  tessera('one-fresh-gzip', 'size', bytes, 'static', 1.2),
  varied('one-fresh-gzip', 'CPU', cpu, 'fan-out', 0.25),
  varied('one-fresh-gzip', 'size', bytes, 'static', 1.2),
  {
    ...{ scenario: 'slots', says: 'CPU per fragment', of: cpuPerFragment, atMost: 1.1, goal: 1.0 },
    ...{ run: 'tessera 50', against: 'tessera 6' },
  },
  tessera('slow', 'CPU', cpu, 'fan-out', 1.2),
  withinMs('slow', 'first byte', firstByte, AT_ONCE_MS),
  withinMs('slow', 'complete', complete, 400 + AT_ONCE_MS),
  withinMs('dead', 'complete', complete, AT_ONCE_MS),
  withinMs('hanging', 'first byte', firstByte, AT_ONCE_MS),
  withinMs('hanging', 'complete', complete, AT_LIMIT_MS),
  withinMs('halfway', 'first byte', firstByte, AT_ONCE_MS),
  withinMs('halfway', 'complete', complete, AT_LIMIT_MS),
  tessera('held', 'peak memory', memory, 'fan-out', 1.0, 0.7),
];

/** What became of a must. */
export interface Judged {
  readonly text: string;
  readonly value: Ratio;
  readonly holds: boolean;
  /** Nothing that must hold: what is wanted, only. */
  readonly wished: boolean;
}

/** Holds the results against all that must be; what was not measured is left out. */
export function judge(results: ReadonlyMap<string, readonly RunResult[]>): Judged[] {
  return MUSTS.flatMap(({ scenario, says, run, against, of, atMost, goal }) => {
    const find = (name: string | undefined) =>
      results.get(scenario)?.find((result) => result.name === name);
    const [own, other] = [find(run), find(against)];
    if (!own || (against !== undefined && !other)) return [];
    const values = of(own);
    const value = other
      ? ratio(values, of(other))
      : { median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
    const unit = other ? ` × ${against}` : ' ms';
    const bound = Number.isFinite(atMost) ? `at most ${number(atMost)}${unit}` : '';
    const wish = goal === undefined ? '' : `goal ${number(goal)}${unit}`;
    const failed = [own, other].filter((one) => one?.failures.some((count) => count > 0));
    const text = [
      `${scenario}: ${says} of ${run}, ${[bound, wish].filter(Boolean).join(', ')}`,
      ...failed.map((one) => `pages of ${one?.name} failed`),
    ].join('; ');
    const wished = !Number.isFinite(atMost);
    return [
      {
        text,
        value,
        wished,
        holds: value.median <= (wished ? (goal ?? 0) : atMost) && failed.length === 0,
      },
    ];
  });
}

function number(value: number): string {
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}
