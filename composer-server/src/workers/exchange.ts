import type { Worker } from 'node:cluster';
import type { PeerQuestion, ToPrimary, ToWorker } from './peers.ts';

/** Nobody waits longer for a worker that hangs. */
const LIMIT_MS = 1000;

interface Asked {
  readonly left: Set<number>;
  readonly answers: unknown[];
  missing: boolean;
  readonly end: () => void;
}

/** Passes questions between workers: one asks, all others are asked, and it gets what they answered. */
export class Exchange {
  readonly #asked = new Map<number, Asked>();
  #count = 0;

  /** Takes a message of a worker; `others` are those that serve besides it. */
  take(worker: Worker, message: ToPrimary, others: readonly Worker[]): void {
    if (message.tessera === 'ask') this.#ask(worker, message.id, message.question, others);
    if (message.tessera !== 'answer') return;
    const asked = this.#asked.get(message.id);
    if (!asked?.left.delete(worker.id)) return;
    asked.answers.push(message.answer);
    if (asked.left.size === 0) asked.end();
  }

  /** A worker has ended: it answers no more. */
  gone({ id }: Worker): void {
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
      const { missing } = asked;
      tell(worker, { tessera: 'answers', id: of, answers: { answers, complete: !missing } });
    };
    const asked: Asked = {
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
