import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Makes the function that stops a server: nothing new is accepted, idle connections close at once, running requests are
 * finished and their connections closed after them. What still runs after `drainMs` is cut. `afterwards` runs last. Calling it
 * again waits for the same stop.
 */
export function createDrain(
  server: Server,
  stopping: AbortController,
  drainMs: number,
  afterwards: () => void | Promise<void>,
) {
  const runningBySocket = new Map<Socket, number>();
  server.on('connection', (socket) => {
    runningBySocket.set(socket, 0);
    socket.once('close', () => runningBySocket.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    runningBySocket.set(socket, (runningBySocket.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const running = runningBySocket.get(socket);
      if (running === undefined) return;
      runningBySocket.set(socket, running - 1);
      if (stopping.signal.aborted && running === 1) socket.destroySoon();
    });
  });

  let stopped: Promise<void> | undefined;
  return (): Promise<void> => {
    stopped ??= new Promise<void>((resolve) => {
      stopping.abort();
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      for (const [socket, running] of runningBySocket) if (running === 0) socket.destroy();
    }).then(afterwards);
    return stopped;
  };
}

/** Lets SIGTERM and SIGINT stop the server and then end the process, a second one at once. Answers a `drain` that undoes it. */
export function closeOnSignals(drain: () => Promise<void>): () => Promise<void> {
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await drain();
    process.exit(0);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  return () => {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    return drain();
  };
}
