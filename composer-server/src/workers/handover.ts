import type { Worker } from 'node:cluster';

const CLUSTER = 'NODE_CLUSTER';

/** What node:cluster says between its processes: a connection that is handed over, and what became of it. */
interface ClusterMessage {
  readonly cmd?: unknown;
  readonly act?: unknown;
  readonly seq?: unknown;
  readonly ack?: unknown;
}

/**
 * Gives the connection that was being handed to a worker when it was killed to another one, and ends it where none is left.
 * node:cluster waits for ever for the dead worker to take it, and so would its visitor. To hear of it this listens to
 * messages that Node does not document; should they change, it does nothing.
 */
export function returnConnections(
  { process: child }: Pick<Worker, 'process'>,
  othersServe: () => boolean,
): void {
  const handed = new Set<unknown>();
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  child.send = (...args: unknown[]) => {
    const { cmd, act, seq } = (args[0] ?? {}) as ClusterMessage;
    if (cmd === CLUSTER && act === 'newconn') handed.add(seq);
    return send(...args);
  };
  child.on('internalMessage', ({ ack }: ClusterMessage) => handed.delete(ack));
  child.once('exit', () => {
    // What it has said before may still be read.
    setImmediate(() => {
      if (handed.size === 0) return;
      // Node does not come to say so itself, and would hand it the next connection as well.
      child.emit('disconnect');
      // Of what was taken it closes its own handle, which is the last one.
      const accepted = !othersServe();
      for (const ack of handed) child.emit('internalMessage', { cmd: CLUSTER, ack, accepted });
    });
  });
}
