import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  /** For messages. */
  readonly name: string;
  /** What Node runs. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Gets every line that it prints. */
  readonly log: (line: string) => void;
}

/** A process that has said where it listens. */
export interface RunningChild {
  /** For example `http://127.0.0.1:4002/`. */
  readonly url: string;
  readonly pid: number;
  /** Settles with a description when the process has ended. */
  readonly ended: Promise<string>;
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** What must not outlive this process. One listener for all: Node takes more than ten for a leak. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a Node process and waits for its line `… listening on <url>`; rejects with its last lines if it ends before. */
export async function startChild({ name, args, env, log }: ChildOptions): Promise<RunningChild> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ended = endOf(child).finally(() => running.delete(child));
  const lastLines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        lastLines.push(line);
        if (lastLines.length > 20) lastLines.shift();
        const listening = /\blistening on (http:\/\/\S+\/)$/.exec(line);
        if (listening?.[1]) resolve(listening[1]);
        log(line);
      });
    }
    ended.then((end) => reject(new Error(`${name} ${end}.\n${lastLines.join('\n')}`)));
  });
  const { pid = 0 } = child;
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return { url, pid, ended, stop };
}

/** Also waits for its output to be read, so that the last lines are known. */
async function endOf(child: ChildProcess): Promise<string> {
  const [code, signal] = await once(child, 'close');
  return signal ? `was ended by ${signal}` : `ended with code ${code}`;
}
