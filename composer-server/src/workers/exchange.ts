import type { Worker } from 'node:cluster';
import type { PeerQuestion, ToPrimary, ToWorker } from './peers.ts';
import { countersOf, sumMetrics } from './sum-metrics.ts';

/** Nobody waits longer for a worker that hangs. */
const LIMIT_MS = 1000;

interface Asked {
  readonly question: PeerQuestion;
  readonly left: Set<number>;
  readonly answers: unknown[];
  missing: boolean;
  readonly end: () => void;
}

/**
 * Passes questions between workers: one asks, all others are asked, and it gets what they answered. For metrics all are asked,
 * and what a worker counted stays when it has ended, or does not answer: counters never fall.
 */
export class Exchange {
  readonly #asked = new Map<number, Asked>();
  #count = 0;
  /** The metrics that each worker told last. */
  readonly #metrics = new Map<number, string>();
  /** What those counted that have ended, as far as anybody was told. */
  #ended = '';

  /** Takes a message of a worker; `serving` are all that serve. */
  take(worker: Worker, message: ToPrimary, serving: Iterable<Worker>): void {
    if (message.tessera === 'ask') {
      const all = new Set([worker, ...serving]);
      if (message.question.kind === 'purge') all.delete(worker);
      this.#ask(worker, message.id, message.question, [...all]);
    }
    if (message.tessera === 'counted') this.#metrics.set(worker.id, message.metrics);
    if (message.tessera !== 'answer') return;
    const asked = this.#asked.get(message.id);
    if (!asked?.left.delete(worker.id)) return;
    if (asked.question.kind === 'metrics') this.#metrics.set(worker.id, String(message.answer));
    else asked.answers.push(message.answer);
    if (asked.left.size === 0) asked.end();
  }

  /** A worker has ended: it answers no more. */
  gone({ id }: Worker): void {
    this.#ended = sumMetrics([this.#ended, countersOf(this.#metrics.get(id) ?? '')]);
    this.#metrics.delete(id);
    // What it held is gone with it: nothing of it is missing.
    for (const asked of this.#asked.values())
      if (asked.left.delete(id) && asked.left.size === 0) asked.end();
  }

  #ask(worker: Worker, of: number, question: PeerQuestion, others: readonly Worker[]): void {
    const id = ++this.#count;
    const answers: unknown[] = [];
    const timer = setTimeout(() => {
      asked.missing = true;
      asked.end();
    }, LIMIT_MS);
    const end = () => {
      clearTimeout(timer);
      this.#asked.delete(id);
      const complete = !asked.missing;
      const all = question.kind === 'metrics' ? [...this.#metrics.values(), this.#ended] : answers;
      tell(worker, { tessera: 'answers', id: of, answers: { answers: all, complete } });
    };
    const asked: Asked = {
      question,
      left: new Set(others.map((other) => other.id)),
      answers,
      missing: false,
      end,
    };
    this.#asked.set(id, asked);
    if (others.length === 0) end();
    for (const other of others) tell(other, { tessera: 'asked', id, question });
  }
}

/** A worker that is about to end need not hear it. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
