import type { Purge } from '../cache/memory-store.ts';

/** What one process asks the others of the same composer. */
export type PeerQuestion =
  | { readonly kind: 'purge'; readonly purge: Purge }
  | { readonly kind: 'metrics' };

/** The other processes that serve the same site on the same port. */
export interface Peers {
  /**
   * What each of the others answers; those that do not answer in time, or have ended, are missing. Metrics come from all, this
   * process and those that have ended included.
   */
  ask(question: PeerQuestion): Promise<PeerAnswers>;
  /** From now on the others get these answers. */
  listen(answer: (question: PeerQuestion) => unknown): void;
  /** Before this process ends: what it has counted stays. */
  leave(): Promise<void>;
}

/** How often a process tells what it has counted: so much is lost when it is killed. */
const TELL_MS = 1000;

export interface PeerAnswers {
  readonly answers: readonly unknown[];
  /** Whether none is missing. */
  readonly complete: boolean;
}

/** Messages between the workers and the process that started them. */
export type ToPrimary =
  | { readonly tessera: 'listening'; readonly url: string }
  | { readonly tessera: 'ask'; readonly id: number; readonly question: PeerQuestion }
  | { readonly tessera: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly tessera: 'counted'; readonly metrics: string };
export type ToWorker =
  | { readonly tessera: 'asked'; readonly id: number; readonly question: PeerQuestion }
  | { readonly tessera: 'answers'; readonly id: number; readonly answers: PeerAnswers };

/** The peers of a worker, reached through the process that started it. */
export function processPeers(worker: NodeJS.Process): Peers {
  const waiting = new Map<number, (answers: PeerAnswers) => void>();
  let answer: (question: PeerQuestion) => unknown = () => undefined;
  let count = 0;
  let telling: NodeJS.Timeout | undefined;
  const send = (message: ToPrimary) => worker.send?.(message, undefined, {}, () => {});
  const tell = async () => {
    send({ tessera: 'counted', metrics: String(await answer({ kind: 'metrics' })) });
  };
  worker.on('message', async (message: ToWorker) => {
    if (message.tessera === 'answers') {
      waiting.get(message.id)?.(message.answers);
      waiting.delete(message.id);
    } else if (message.tessera === 'asked') {
      const { id, question } = message;
      send({ tessera: 'answer', id, answer: await answer(question) });
    }
  });
  return {
    ask(question) {
      return new Promise((resolve) => {
        waiting.set(++count, resolve);
        send({ tessera: 'ask', id: count, question });
      });
    },
    listen(given) {
      answer = given;
      telling = setInterval(tell, TELL_MS).unref();
    },
    leave() {
      clearInterval(telling);
      return tell();
    },
  };
}
