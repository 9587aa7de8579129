import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pinned } from './process.ts';

/** What a load generator saw. */
export interface Load {
  readonly pages: number;
  readonly seconds: number;
  /** Pages that did not come, and as many more as the bytes that others were short of are. */
  readonly failures: number;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  readonly gzip: boolean;
  /** What every page must bring at least, on the wire and without its head. */
  readonly bytes: number;
}

const hasWrk = spawnSync('wrk', ['-v']).error === undefined;

/** The load generator in use: wrk where it is installed, else autocannon. */
export const generator = hasWrk ? 'wrk' : 'autocannon';

/** Asks for a page again and again over a number of connections. */
export function load(url: string, options: LoadOptions): Promise<Load> {
  return hasWrk ? wrk(url, options) : autocannon(url, options);
}

const run = promisify(execFile);

async function wrk(url: string, { connections, seconds, gzip, bytes }: LoadOptions): Promise<Load> {
  const headers = gzip ? ['-H', 'accept-encoding: gzip'] : [];
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', ...headers, url];
  const { stdout } = await run(...pinned('load', 'wrk', args));
  const [, pages = '0', time = '1', unit] = /(\d+) requests in ([\d.]+)(s|m)/.exec(stdout) ?? [];
  const errors =
    /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  const wrong = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const [, read = '0', scale = 'B'] = /([\d.]+)([KMG]?B) read/.exec(stdout) ?? [];
  const short = shortPages(Number(pages) - wrong, Number(read) * (SCALES[scale] ?? 1), bytes);
  return {
    pages: Number(pages),
    seconds: Number(time) * (unit === 'm' ? 60 : 1),
    failures: errors.reduce((sum, count) => sum + Number(count), wrong + short),
  };
}

const SCALES: Record<string, number> = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** Compressed pages differ a little in size. */
const SLACK = 1.05;

/** As many pages as the bytes that are missing are: one whose fragments fell back costs less, and is none. */
function shortPages(pages: number, read: number, bytes: number): number {
  return Math.max(0, Math.floor(pages - (read * SLACK) / bytes));
}

async function autocannon(
  url: string,
  { connections, seconds, gzip, bytes }: LoadOptions,
): Promise<Load> {
  const cli = join(import.meta.dirname, '../peers/node_modules/autocannon/autocannon.js');
  const headers = gzip ? ['-H', 'accept-encoding=gzip'] : [];
  const args = [cli, '--json', '-c', String(connections), '-d', String(seconds), ...headers, url];
  const { stdout } = await run(...pinned('load', process.execPath, args));
  const result = JSON.parse(stdout);
  return {
    pages: result.requests.total,
    seconds: result.duration,
    failures:
      result.errors +
      result.non2xx +
      shortPages(result.requests.total - result.non2xx, result.throughput.total, bytes),
  };
}
