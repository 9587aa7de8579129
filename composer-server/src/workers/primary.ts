import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { Backoff } from './backoff.ts';
import { Exchange } from './exchange.ts';
import { returnConnections } from './handover.ts';
import type { ToPrimary } from './peers.ts';

/** What all workers are started with. */
export interface WorkersOptions {
  readonly count: number;
  /** Of the command line, as this process got them. */
  readonly args: readonly string[];
  readonly log: Log;
  /** Told once, when the first worker listens. */
  readonly onListening: (url: string) => void;
}

/**
 * Serves with several processes on one port, until SIGTERM or SIGINT; answers the exit code. A worker that ends is started again,
 * later each time that it ends soon. SIGHUP replaces all workers, one after the other: each serves until its successor does.
 * When the first worker cannot start, nothing can: its exit code is the answer.
 */
export async function runWorkers({
  count,
  args,
  log,
  onListening,
}: WorkersOptions): Promise<number> {
  cluster.setupPrimary({ args: [...args] });
  const serving = new Set<Worker>();
  const retired = new Set<Worker>();
  const exchange = new Exchange();
  const backoff = new Backoff();
  const stopping = new AbortController();
  const allEnded = Promise.withResolvers<void>();

  /** Starts a worker; resolves once it listens, or with its exit code when it ends before. */
  function start(): Promise<number | undefined> {
    const worker = cluster.fork();
    returnConnections(worker, () => serving.size > 0);
    const startedAt = performance.now();
    return new Promise((resolve) => {
      worker.on('message', (message: ToPrimary) => {
        if (message.tessera === 'listening') {
          serving.add(worker);
          onListening(message.url);
          resolve(undefined);
        } else exchange.take(worker, message, serving);
      });
      worker.once('exit', (code, signal) => {
        const served = serving.delete(worker);
        exchange.gone(worker);
        resolve(code ?? 1);
        if (Object.keys(cluster.workers ?? {}).length === 0) allEnded.resolve();
        if (!served || retired.delete(worker) || stopping.signal.aborted) return;
        log.error({ worker: worker.id, code, signal }, 'a worker has ended and is started again');
        void again(performance.now() - startedAt);
      });
    });
  }

  /** Starts a worker in place of one that ended, until one listens. */
  async function again(livedMs: number): Promise<void> {
    for (let lived = livedMs; !stopping.signal.aborted; ) {
      await sleep(backoff.after(lived), undefined, stopping).catch(() => {});
      if (stopping.signal.aborted) return;
      const startedAt = performance.now();
      const code = await start();
      if (code === undefined || stopping.signal.aborted) return;
      lived = performance.now() - startedAt;
      log.error({ code }, 'a worker has ended before it served, and is started again');
    }
  }

  let replacing: Promise<void> = Promise.resolve();
  async function replaceAll(): Promise<void> {
    for (const old of [...serving]) {
      if (stopping.signal.aborted) return;
      if (!serving.has(old)) continue;
      if ((await start()) !== undefined) {
        log.error('a new worker did not start: the others stay as they are');
        return;
      }
      retired.add(old);
      const ended = new Promise((resolve) => old.once('exit', resolve));
      old.process.kill('SIGTERM');
      await ended;
    }
    log.info('all workers have been replaced');
  }

  const stop = () => {
    stopping.abort();
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('SIGHUP', () => {
    replacing = replacing.then(replaceAll);
  });

  const failed = await start();
  if (failed !== undefined && !stopping.signal.aborted) return failed;
  const more = stopping.signal.aborted ? 0 : count - 1;
  // The others may have to wait for what is amiss for a moment, as those that are started again.
  await Promise.all(
    Array.from({ length: more }, async () => {
      if ((await start()) !== undefined) await again(0);
    }),
  );
  await allEnded.promise;
  return 0;
}
