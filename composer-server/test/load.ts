import { Agent, type IncomingMessage, request } from 'node:http';

const MAX_SILENCE_MS = 15_000;

/** What visitors got. */
export interface LoadResult {
  /** Answers that passed the check. */
  readonly good: number;
  /** By status, those that did not; 0 for no answer at all. */
  readonly bad: ReadonlyMap<number, number>;
  /** The first of those, for a message. */
  readonly firstBad: string | undefined;
  /** Good answers a second, of those that came in the time of the load. */
  readonly goodput: number;
  /** Of good answers, from the request to the last byte, sorted, in milliseconds. */
  readonly times: readonly number[];
}

export interface Load {
  /** The URL of the next visit. */
  readonly url: (n: number) => string;
  readonly check: (status: number, body: string) => boolean;
  readonly forMs: number;
}

/** So many visitors, each asking again as soon as it has its answer. */
export async function visitAll(visitors: number, load: Load): Promise<LoadResult> {
  const record = new Recorder(load);
  const until = performance.now() + load.forMs;
  const agent = new Agent({ keepAlive: true, maxSockets: visitors });
  await Promise.all(
    Array.from({ length: visitors }, async () => {
      while (performance.now() < until) await record.visit(agent);
    }),
  );
  agent.destroy();
  return record.result();
}

/** So many visits a second, whether or not those before have their answers. */
export async function visitAtRate(perSecond: number, load: Load): Promise<LoadResult> {
  const record = new Recorder(load);
  const agent = new Agent({ keepAlive: true });
  const visits: Promise<void>[] = [];
  const startedAt = performance.now();
  for (;;) {
    const ms = performance.now() - startedAt;
    if (ms > load.forMs) break;
    while (visits.length < (ms / 1000) * perSecond) visits.push(record.visit(agent));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(visits);
  agent.destroy();
  return record.result();
}

/** The time that this part of the answers took at most. */
export function percentile(times: readonly number[], part: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
}

class Recorder {
  readonly #load: Load;
  readonly #times: number[] = [];
  #inTime = 0;
  readonly #bad = new Map<number, number>();
  #firstBad: string | undefined;
  #visits = 0;
  readonly #startedAt = performance.now();

  constructor(load: Load) {
    this.#load = load;
  }

  async visit(agent: Agent): Promise<void> {
    const startedAt = performance.now();
    const { status, body } = await ask(this.#load.url(this.#visits++), agent);
    if (this.#load.check(status, body)) {
      const now = performance.now();
      this.#times.push(now - startedAt);
      if (now - this.#startedAt <= this.#load.forMs) this.#inTime++;
      return;
    }
    this.#bad.set(status, (this.#bad.get(status) ?? 0) + 1);
    this.#firstBad ??= `${status}: ${body.slice(0, 2000)}`;
  }

  result(): LoadResult {
    const times = this.#times.toSorted((a, b) => a - b);
    const goodput = (this.#inTime / this.#load.forMs) * 1000;
    return { good: times.length, goodput, bad: this.#bad, firstBad: this.#firstBad, times };
  }
}

function ask(url: string, agent: Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const fail = (error: Error) => resolve({ status: 0, body: String(error) });
    const read = (response: IncomingMessage) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece) => pieces.push(piece)).on('error', fail);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString() }),
      );
    };
    // Of a connection that the machine's full backlog has lost nobody would hear again.
    const asked = request(url, { agent, timeout: MAX_SILENCE_MS }, read);
    asked.on('timeout', () => asked.destroy(new Error('no answer'))).on('error', fail);
    asked.end();
  });
}
