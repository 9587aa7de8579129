import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A service on an ephemeral port: path → what it answers. */
export interface JsonServer extends AsyncDisposable {
  readonly url: string;
  /** The path of every request so far. */
  readonly requests: readonly string[];
}

export async function startJsonServer(answers: Record<string, Answer>): Promise<JsonServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    response.setHeader('content-type', 'application/json');
    (answers[path] ?? status(404))(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(value: unknown): Answer {
  return (response) => response.end(JSON.stringify(value));
}

export function status(code: number): Answer {
  return (response) => response.writeHead(code).end();
}

/** One answer after the other; the last one stays. */
export function inTurn(...answers: Answer[]): Answer {
  let turn = 0;
  return (response, request) => answers[Math.min(turn++, answers.length - 1)]?.(response, request);
}
