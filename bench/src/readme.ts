import { readFileSync, writeFileSync } from 'node:fs';
import { type ComposerName, TITLES } from './composers.ts';
import type { RunResult } from './measure.ts';
import { median, ratio } from './statistics.ts';
import { fixed, markdown } from './table.ts';

const START = '<!-- what `pnpm bench` measured last: begin -->';
const END = '<!-- end -->';

/** What the README tells of: scenario, what its column is called, and what everybody is compared with there. */
const COLUMNS = [
  { id: 'uncached', title: 'uncached', against: 'fan-out' },
  { id: 'uncached-gzip', title: 'uncached, gzip', against: 'fan-out' },
  { id: 'cached', title: 'stored', against: 'static' },
  { id: 'cached-gzip', title: 'stored, gzip', against: 'static' },
] as const;

/** CPU per page, as multiples of the floor of each scenario, one row for each composer. */
export function readmeTable(results: ReadonlyMap<string, readonly RunResult[]>): string {
  const columns = COLUMNS.flatMap((column) => {
    const runs = results.get(column.id);
    const floor = runs?.find(({ name }) => name === column.against);
    return runs && floor ? [{ ...column, runs, floor }] : [];
  });
  const names = (Object.keys(TITLES) as ComposerName[]).filter((name) =>
    columns.some(({ runs }) => runs.some((run) => run.name === name)),
  );
  const rows = names.map((name) => [
    TITLES[name],
    ...columns.map(({ runs, floor }) => {
      const run = runs.find((one) => one.name === name);
      if (!run) return '–';
      const times = ratio(run.cpuMsPerPage, floor.cpuMsPerPage).median;
      return `${fixed(times, 2)} (${fixed(median(run.cpuMsPerPage), 3)} ms)`;
    }),
  ]);
  return markdown(
    ['CPU per page', ...columns.map(({ title, against }) => `${title}, × ${against}`)],
    rows,
  );
}

/** Puts a table in place of the one that stands in the README. */
export function writeReadme(file: string, table: string): void {
  const text = readFileSync(file, 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${file} has no place for the table.`);
  writeFileSync(file, `${text.slice(0, start + START.length)}\n\n${table}\n\n${text.slice(end)}`);
}
