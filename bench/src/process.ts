import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** A server in a process, or in several, of its own. */
export interface Running {
  readonly url: string;
  /** The process and its descendants. */
  pids(): number[];
  stop(): Promise<void>;
}

/** Composers run on the first core, what loads them and answers them on the second, where there are two. */
export type Core = 'composer' | 'load';

export function pinned(core: Core, command: string, args: readonly string[]): [string, string[]] {
  if (availableParallelism() < 2) return [command, [...args]];
  return ['taskset', ['-c', core === 'composer' ? '0' : '1', command, ...args]];
}

const children = new Set<ChildProcess>();

// Whatever ends a benchmark ends what it has started.
process.on('exit', () => {
  for (const child of children) child.kill('SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Starts a server that tells its URL in a line `listening on …`, or is ready at the URL that is given. */
export async function start(
  core: Core,
  command: string,
  args: readonly string[],
  { url, ready = () => answers(url ?? '') }: { url?: string; ready?: () => Promise<boolean> } = {},
): Promise<Running> {
  const child = spawn(...pinned(core, command, args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'exit');
  const said = url === undefined ? spokenUrl(child) : until(ready).then(() => url);
  const found = await Promise.race([said, ended.then(() => undefined)]);
  child.stdout.resume();
  if (found === undefined) throw new Error(`${command} ${args[0]} ended at once.\n${output}`);
  return {
    url: found,
    pids: () => family(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function spokenUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const url = /listening on (\S+?)\/?\n/.exec(text)?.[1];
      if (url) resolve(url);
    });
  });
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true;
}

async function until(ready: () => Promise<boolean>): Promise<void> {
  while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 50));
}

function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const fields = statFields(Number(name));
    if (fields) parents.set(Number(name), Number(fields[1]));
  }
  const all = [pid];
  for (const one of all) for (const [child, parent] of parents) if (parent === one) all.push(child);
  return all;
}

/** The fields of `/proc/<pid>/stat` behind the command's name, which may hold anything (proc(5)). */
function statFields(pid: number): string[] | undefined {
  if (!(pid > 0)) return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

const TICK_MS = 10;

/** CPU time that these processes have used, in milliseconds: user and system, as the operating system counts it. */
export function cpuMs(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const fields = statFields(pid);
    ticks += Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0);
  }
  return ticks * TICK_MS;
}

/** Most memory that these processes ever held, in megabytes. */
export function peakMemoryMb(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      kilobytes += Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // It has ended.
    }
  }
  return kilobytes / 1024;
}
