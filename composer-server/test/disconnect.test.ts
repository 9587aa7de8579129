import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

// Visitors who leave at every point of an answer, many at once, leave nothing behind.

const VISITORS = 20;
const LARGE = `<p>${'x'.repeat(100_000)}</p>`;
/** More of them than the buffers of a connection take. */
const MANY = 100;

async function startShop() {
  // Takes requests and never ends an answer; an action's begins.
  const hanging = await startServer((incoming, response) => {
    incoming.resume();
    if (incoming.url?.startsWith('/events')) response.write('data: 1\n\n');
  });
  const large = await startServer(html(LARGE));
  const slow = 'timeout-ms="600000"';
  const page = (...slots: string[]) => `<html><head></head><body>${slots.join('')}</body></html>`;
  const hangingSlot = (attributes: string) =>
    `<fragment-slot name="hanging" ${slow} ${attributes}>…</fragment-slot>`;
  const shop = await startComposer({
    fragments: {
      hanging: inline(hanging.url, {
        actions: ['events', 'upload'],
        actionTimeoutMs: 600_000,
        forward: { query: ['n'] },
      }),
      large: inline(large.url),
    },
    templates: {
      'primary.html': page(hangingSlot('primary')),
      'waiting.html': page(hangingSlot('')),
      'large.html': page(`<fragment-slot name="large" ${slow}></fragment-slot>`, hangingSlot('')),
      'stalled.html': page(
        `<fragment-slot name="large" ${slow}></fragment-slot>`.repeat(MANY),
        hangingSlot(''),
      ),
      'deferred.html': page(hangingSlot('deferred'), hangingSlot('deferred="1"')),
    },
    pages: {
      '/primary': { template: 'primary.html', deadlineMs: 600_000 },
      '/waiting': { template: 'waiting.html', deadlineMs: 600_000 },
      '/large': { template: 'large.html', deadlineMs: 600_000 },
      '/stalled': { template: 'stalled.html', deadlineMs: 600_000 },
      '/deferred': { template: 'deferred.html', deadlineMs: 600_000 },
    },
    development: true,
    drainMs: 600_000,
  });
  /** What metrics say of requests under way. */
  const active = async () => {
    const metrics = await text(`${shop.url}_tessera/metrics`);
    const values = [...metrics.matchAll(/^tessera_upstream_active\{.*\} (\d+)$/gm)];
    return values.map(([, value]) => Number(value));
  };
  const connections = () =>
    new Promise<number>((resolve, reject) => {
      hanging.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  return {
    ...shop,
    hanging,
    active,
    connections,
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]();
      await hanging.close();
      await large.close();
    },
  };
}

/** Reads an answer until `mark` has come. */
async function readUntil(response: IncomingMessage, mark: string) {
  let read = '';
  for await (const piece of response.iterator({ destroyOnReturn: false })) {
    read = read.slice(-mark.length) + piece;
    if (read.includes(mark)) return;
  }
  throw new Error(`it ended without ${mark}`);
}

/** `[where, path, until then]` */
const POINTS: readonly [
  where: string,
  path: string,
  until: (response: Promise<IncomingMessage>) => Promise<unknown>,
][] = [
  ['before the head', 'primary', async () => {}],
  ['after the head', 'waiting', async (response) => await response],
  [
    'while it takes nothing of a large page',
    'stalled',
    async (response) => (await response).pause(),
  ],
  ['in the middle of a fragment', 'large', async (response) => readUntil(await response, 'xxx')],
  ['while it waits for a slot', 'large', async (response) => readUntil(await response, '</p>')],
  [
    'while late slots come',
    'deferred',
    async (response) => readUntil(await response, '<noscript>'),
  ],
  [
    'in the events of an action',
    '_fragments/hanging/events',
    async (response) => readUntil(await response, 'data'),
  ],
  ['in the middle of an upload', '_fragments/hanging/upload', async () => {}],
];

test.each(POINTS)('%s', async (_, path, until) => {
  const uploads = path.endsWith('upload');
  await using shop = await startShop();
  // What is alike shares one request: these are not.
  const visit = async (_: unknown, n: number) => {
    const visitor = request(`${shop.url}${path}?n=${n}`, {
      agent: false,
      method: uploads ? 'POST' : 'GET',
    });
    visitor.on('error', () => {});
    const response = once(visitor, 'response').then(([answered]) => answered as IncomingMessage);
    response.catch(() => {});
    if (uploads) visitor.setHeader('content-length', 1000).write('half');
    else visitor.end();
    await until(response);
    return visitor;
  };
  const count = path === 'stalled' ? 3 : VISITORS;
  const visitors = await Promise.all(Array.from({ length: count }, visit));
  await expect.poll(() => shop.hanging.requests.length, { timeout: 15_000 }).toBe(count);
  expect(Math.max(...(await shop.active()))).toBeGreaterThanOrEqual(count);
  for (const visitor of visitors) visitor.destroy();
  await expect.poll(shop.active, { timeout: 15_000 }).toEqual([0, 0]);
  await expect.poll(shop.connections, { timeout: 15_000 }).toBe(0);
  // Who left is no failure of a fragment.
  expect(await text(`${shop.url}_tessera/metrics`)).not.toMatch(/^tessera_slot_failures_total\{/m);
  // Nothing is left to wait for, though it would for ten minutes.
  await shop.close();
});

test('a request that visitors share ends when the last of them leaves', async () => {
  await using shop = await startShop();
  const visitors = Array.from({ length: 5 }, () => {
    const visitor = request(`${shop.url}waiting`, { agent: false });
    return visitor.on('error', () => {}).end();
  });
  await Promise.all(visitors.map((visitor) => once(visitor, 'response')));
  expect(shop.hanging.requests).toHaveLength(1);
  const [last, ...others] = visitors;
  for (const visitor of others) visitor.destroy();
  await Promise.all(others.map((visitor) => visitor.closed || once(visitor, 'close')));
  expect(Math.max(...(await shop.active()))).toBe(1);
  last?.destroy();
  await expect.poll(shop.active, { timeout: 15_000 }).toEqual([0, 0]);
});

test('many answers on one connection leave no listeners on it', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['any'] }) },
    template: '<fragment-slot name="a"></fragment-slot>',
  });
  const sockets = new Set<Socket>();
  const answer = shop.composer.express();
  const server = createServer((incoming, outgoing) => {
    sockets.add(incoming.socket);
    answer(incoming, outgoing, () => outgoing.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = server.address() as AddressInfo;
  const ask = async (path: string, method: string) => {
    const visitor = request({ port, host: '127.0.0.1', path, method, agent });
    visitor.end(method === 'POST' ? 'body' : undefined);
    const [response] = await once(visitor, 'response');
    await once(response.resume(), 'end');
  };
  const round = async () => {
    for (let n = 0; n < 10; n++) {
      await ask('/', 'GET');
      await ask('/_fragments/a/any', 'POST');
      await ask('/nowhere', 'GET');
    }
    const [socket] = sockets;
    return socket?.eventNames().map((name) => [name, socket.listenerCount(name)]);
  };
  const before = await round();
  expect(await round()).toEqual(before);
  expect(sockets.size).toBe(1);
  agent.destroy();
  await new Promise((resolve) => server.close(resolve));
});
