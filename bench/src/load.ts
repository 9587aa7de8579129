import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pinned } from './process.ts';

/** What a load generator saw. */
export interface Load {
  readonly pages: number;
  readonly seconds: number;
  readonly failures: number;
}

export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  readonly gzip: boolean;
}

const hasWrk = spawnSync('wrk', ['-v']).error === undefined;

/** The load generator in use: wrk where it is installed, else autocannon. */
export const generator = hasWrk ? 'wrk' : 'autocannon';

/** Asks for a page again and again over a number of connections. */
export function load(url: string, options: LoadOptions): Promise<Load> {
  return hasWrk ? wrk(url, options) : autocannon(url, options);
}

const run = promisify(execFile);

async function wrk(url: string, { connections, seconds, gzip }: LoadOptions): Promise<Load> {
  const headers = gzip ? ['-H', 'accept-encoding: gzip'] : [];
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', ...headers, url];
  const { stdout } = await run(...pinned('load', 'wrk', args));
  const [, pages = '0', time = '1', unit] = /(\d+) requests in ([\d.]+)(s|m)/.exec(stdout) ?? [];
  const errors =
    /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  const wrong = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  return {
    pages: Number(pages),
    seconds: Number(time) * (unit === 'm' ? 60 : 1),
    failures: errors.reduce((sum, count) => sum + Number(count), wrong),
  };
}

async function autocannon(url: string, { connections, seconds, gzip }: LoadOptions): Promise<Load> {
  const cli = join(import.meta.dirname, '../peers/node_modules/autocannon/autocannon.js');
  const headers = gzip ? ['-H', 'accept-encoding=gzip'] : [];
  const args = [cli, '--json', '-c', String(connections), '-d', String(seconds), ...headers, url];
  const { stdout } = await run(...pinned('load', process.execPath, args));
  const result = JSON.parse(stdout);
  return {
    pages: result.requests.total,
    seconds: result.duration,
    failures: result.errors + result.non2xx,
  };
}
