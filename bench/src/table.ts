import { type ComposerName, TITLES } from './composers.ts';
import type { RunResult } from './measure.ts';
import type { Judged } from './musts.ts';
import type { Scenario } from './scenarios.ts';
import { median, ratio } from './statistics.ts';

/** A scenario's results as a table in Markdown. */
export function scenarioTable(
  { title, runs, connections }: Scenario,
  results: readonly RunResult[],
): string {
  const against = results[0];
  const loaded = connections > 0;
  const failures = (result: RunResult) => result.failures.reduce((sum, count) => sum + count, 0);
  const failed = results.some((result) => failures(result) > 0);
  const columns = [
    ...(loaded ? ['CPU ms a page', `× ${against?.name}`, 'pages/s'] : []),
    ...['first byte ms', 'complete ms', 'bytes', 'peak MB'],
    ...(failed ? ['failed'] : []),
  ];
  const rows = results.map((result) => {
    const run = runs.find(({ name }) => name === result.name);
    const times = against && ratio(result.cpuMsPerPage, against.cpuMsPerPage);
    return [
      titleOf(result.name, run?.composer),
      ...(loaded
        ? [
            fixed(median(result.cpuMsPerPage), 3),
            times
              ? `${fixed(times.median, 2)} (${fixed(times.lowest, 2)}–${fixed(times.highest, 2)})`
              : '',
            fixed(median(result.pagesPerSecond), 0),
          ]
        : []),
      fixed(median(result.firstByteMs), 1),
      fixed(median(result.completeMs), 1),
      String(result.bytes),
      fixed(result.peakMemoryMb, 0),
      ...(failed ? [String(failures(result))] : []),
    ];
  });
  return `### ${title}\n\n${markdown(['', ...columns], rows)}`;
}

/** What must hold, with what was measured. */
export function mustsTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ text, value, holds, wished }) => [
    holds ? 'yes' : wished ? 'not yet' : '**no**',
    text,
    `${fixed(value.median, 2)} (${fixed(value.lowest, 2)}–${fixed(value.highest, 2)})`,
  ]);
  return markdown(['holds', 'what', 'measured'], rows);
}

export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) =>
    Math.max(3, cell.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function titleOf(name: string, composer: ComposerName | undefined): string {
  return composer === undefined ? name : `${TITLES[composer]}${name.slice(composer.length)}`;
}

export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}
