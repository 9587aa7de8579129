import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ask, fieldLines, type Reply } from './ask.ts';
import {
  DEFAULT_BODY,
  type Exchange,
  type Row,
  SECTIONS,
  type ServiceAnswer,
} from './http-cache-rows.ts';
import { startComposer } from './servers.ts';

/** Everything is an action and everything goes up: what is cached is up to the answers alone. */
const OPEN = {
  version: '1',
  actions: ['*'],
  forward: { headers: ['*'], cookies: ['*'], query: ['*'] },
};

interface Seen {
  readonly exchange: number;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
}

/** A service that answers as the rows say, and a composer before it. */
async function startWorld(rows: readonly Row[]) {
  const seen = rows.map((): Seen[] => []);
  const service = createServer((request, response) => {
    const [, at = ''] = /^\/row-(\d+)/.exec(request.url ?? '') ?? [];
    const exchange = Number(request.headers['x-exchange']);
    const row = rows[Number(at)];
    const step = row?.exchanges[exchange];
    if (!step) return void response.writeHead(500).end();
    request.resume();
    const status = answerStep(step, exchange, `/row-${at}`, request, response);
    seen[Number(at)]?.push({ exchange, headers: request.headers, status });
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
  const composer = await startComposer({ fragments: { a: { url, manifest: OPEN } }, pages: {} });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    seen,
    base: `${composer.url}_fragments/a`,
    agent,
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await composer[Symbol.asyncDispose]();
      service.closeAllConnections();
      await new Promise((resolve) => service.close(resolve));
    },
  };
}

/** Answers as the exchange says; 304 to the right condition where it is to be validated. Returns the status. */
function answerStep(
  { answer = {}, from }: Exchange,
  exchange: number,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): number {
  const { headers = {}, body = DEFAULT_BODY, breaks, interim }: ServiceAnswer = answer;
  const asks =
    request.headers['if-none-match'] ?? request.headers['if-modified-since'] ?? undefined;
  const other = request.headers['x-says'] === '304-of-another' && asks !== undefined;
  const validates = from === 'validated' || (from === 'stale' && !answer.status && !breaks);
  // 999 is seen: the request should have had a condition.
  const status = other || (validates && asks) ? 304 : validates ? 599 : (answer.status ?? 200);
  if (breaks === 'before') {
    response.socket?.destroy();
    return 0;
  }
  if (interim === 102) response.writeProcessing();
  if (interim === 103)
    response.writeEarlyHints({ link: '</styles.css>; rel=preload; as=style', 'x-hint': 'test' });
  const flat = ['x-answered', String(exchange)];
  const now = Date.now();
  for (const [name, value] of Object.entries(headers)) {
    for (const line of fieldLines(value, now)) flat.push(name, line.replaceAll('{row}', path));
  }
  if (!('content-type' in headers)) flat.push('content-type', 'text/plain');
  if (breaks === 'in-length') flat.push('content-length', '100');
  response.sendDate = !('date' in headers);
  response.writeHead(status, flat);
  if (breaks) response.write(body, () => setImmediate(() => response.socket?.destroy()));
  else response.end(status === 304 ? undefined : body);
  return status;
}

/** What was not as the row says. */
async function play(
  row: Row,
  at: number,
  { base, agent, seen }: { base: string; agent: Agent; seen: Seen[][] },
): Promise<string[]> {
  const problems: string[] = [];
  for (const [i, exchange] of row.exchanges.entries()) {
    if (exchange.wait) await new Promise((resolve) => setTimeout(resolve, exchange.wait));
    const url = `${base}/row-${at}${exchange.path ?? ''}`;
    const send = { ...exchange.send, 'x-exchange': String(i) };
    const reply = await ask(url, { ...exchange, send, agent });
    const asked = seen[at]?.filter((one) => one.exchange === i) ?? [];
    problems.push(...mismatches(exchange, i, reply, asked).map((text) => `exchange ${i}: ${text}`));
  }
  return problems;
}

function mismatches(exchange: Exchange, i: number, reply: Reply, asked: readonly Seen[]): string[] {
  const problems: string[] = [];
  const must = (holds: boolean, text: string) => {
    if (!holds) problems.push(text);
  };
  const { from, status = 200, has = {}, lacks = [], text, interim, minAge, goesUp = {} } = exchange;
  const fresh = reply.headers['x-answered'] === String(i);
  must(reply.status === status, `status ${reply.status} instead of ${status}`);
  if (from === 'service') {
    must(asked.length > 0 && fresh, `not from the service (asked ${asked.length} times)`);
  } else if (from === 'cache') {
    must(asked.length === 0 && !fresh, `the service was asked ${asked.length} times`);
  } else if (from === 'validated') {
    const codes = asked.map((one) => one.status).join();
    must(codes === '304', `the service answered ${codes || 'nothing'}`);
  } else if (from === 'stale') {
    must(!fresh, 'not from the cache');
  }
  for (const [name, value] of Object.entries(has)) {
    const found = reply.headers[name];
    must(String(found) === String(value), `${name} is ${found} instead of ${value}`);
  }
  for (const name of lacks) must(reply.headers[name] === undefined, `${name} is there`);
  if (interim !== undefined) must(reply.interim === interim, `interim is ${reply.interim}`);
  if (text !== undefined) must(reply.text === text, `the body is ${reply.text}`);
  if (minAge !== undefined)
    must(Number(reply.headers.age) >= minAge, `age is ${reply.headers.age}`);
  for (const [name, value] of Object.entries(goesUp)) {
    const found = asked[0]?.headers[name];
    must(found === value, `${name}: ${found} went up instead of ${value}`);
  }
  return problems;
}

test.for(Object.entries(SECTIONS))('%s', { timeout: 60_000 }, async ([, rows]) => {
  await using world = await startWorld(rows);
  const played = await Promise.all(rows.map((row, at) => play(row, at, world)));
  const outcome = rows.map(({ name }, at) => [name, played[at]?.join('; ') || 'as it must be']);
  expect(outcome).toEqual(rows.map(({ name }) => [name, 'as it must be']));
});
