import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

// What visitors may do to a composer on their connections.

/** A connection to it. All that comes on it is in `received`. */
async function visit(url: string, sent = '') {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const visitor = { socket, received: '', closed };
  socket.on('data', (bytes) => {
    visitor.received += bytes.toString('latin1');
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (sent) socket.write(sent);
  return visitor;
}

/** Sends the same again and again, until the connection has ended. */
function drip(socket: Socket, drop: string, everyMs: number) {
  const timer = setInterval(() => socket.write(drop), everyMs);
  socket.once('close', () => clearInterval(timer));
}

const startPlain = (limits: Record<string, number> = {}) =>
  startComposer({ template: '<p>whole</p>', limits, development: true });

const ASK = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

test.each<[string, string, string]>([
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n', '400'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', '400'],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', '400'],
  ['a Host that is none', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', '400'],
  ['a Host with a user', 'GET / HTTP/1.1\r\nHost: me@a\r\n\r\n', '400'],
  ['an absolute target', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n', '400'],
  ['an absolute target on the site itself', 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n', '400'],
  ['HTTP/0.9', 'GET /\r\n\r\n', '400'],
  ['a target of two slashes', 'GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n', '404'],
  ['a target without a slash', 'GET a HTTP/1.1\r\nHost: a\r\n\r\n', '400'],
  ['a target of a star', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', '400'],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', '405'],
  ['CONNECT', 'CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n', '405'],
  ['GET with a body', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx', '400'],
  [
    'HEAD with chunks',
    'HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    '400',
  ],
  ['a length that is none', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx', '400'],
  [
    'a coding besides chunked',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n',
    '400',
  ],
  ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n', '400'],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n', '400'],
  ['NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n', '400'],
  ['a bare LF', 'GET / HTTP/1.1\nHost: a\n\n', '400'],
  ['no HTTP at all', 'hello\r\n\r\n', '400'],
  ['HTTP/2 without being asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
  ['20 KB of headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
  ['a target of 20 KB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, '431'],
  ['an unknown expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n', '417'],
])('%s is refused, and the composer goes on', async (_, sent, status) => {
  await using shop = await startPlain();
  const visitor = await visit(shop.url, sent);
  await expect.poll(() => visitor.received).toContain('\r\n\r\n');
  expect(visitor.received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(visitor.received).not.toMatch(/whole|\.ts|Error:/);
  visitor.socket.destroy();
  expect(await text(shop.url)).toContain('whole');
});

test('10 MB of headers are not read', async () => {
  await using shop = await startPlain();
  const visitor = await visit(shop.url, 'GET / HTTP/1.1\r\nHost: a\r\n');
  const line = `x: ${'y'.repeat(1000)}\r\n`.repeat(100);
  for (let sent = 0; sent < 100 && !visitor.socket.destroyed; sent++)
    await new Promise((resolve) => visitor.socket.write(line, resolve));
  await visitor.closed;
  expect(await text(shop.url)).toContain('whole');
});

test('headers that drip end after headersTimeoutMs', async () => {
  await using shop = await startPlain({ headersTimeoutMs: 200 });
  const visitor = await visit(shop.url, 'GET / HTTP/1.1\r\nHost: a\r\n');
  drip(visitor.socket, 'x: y\r\n', 20);
  await visitor.closed;
  expect(visitor.received).toContain('408');
});

test('a body that drips ends after requestTimeoutMs', async () => {
  await using a = await startServer((incoming) => void incoming.resume());
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['act'] }) },
    template: 'x',
    limits: { requestTimeoutMs: 300 },
  });
  const visitor = await visit(
    shop.url,
    'POST /_fragments/a/act HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n',
  );
  drip(visitor.socket, 'x', 20);
  await visitor.closed;
  expect(visitor.received).not.toContain(' 200 ');
});

test('a body that stops ends after idleTimeoutMs', async () => {
  await using a = await startServer((incoming) => void incoming.resume());
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['act'], actionTimeoutMs: 600_000 }) },
    template: 'x',
    limits: { idleTimeoutMs: 200 },
  });
  const visitor = await visit(
    shop.url,
    'POST /_fragments/a/act HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf',
  );
  await visitor.closed;
  await expect.poll(() => a.requests[0]?.destroyed, { timeout: 10_000 }).toBe(true);
});

test('who takes nothing of an answer loses it after idleTimeoutMs, and its service is let go', async () => {
  await using a = await startServer((_, response) => {
    const more = () => {
      while (response.writable && response.write('x'.repeat(65_536)));
      if (response.writable) response.once('drain', more);
    };
    more();
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['act'] }) },
    template: 'x',
    limits: { idleTimeoutMs: 300 },
  });
  const visitor = await visit(shop.url);
  visitor.socket.pause();
  visitor.socket.write('GET /_fragments/a/act HTTP/1.1\r\nHost: a\r\n\r\n');
  await expect.poll(() => a.requests[0]?.socket.destroyed, { timeout: 15_000 }).toBe(true);
  visitor.socket.destroy();
});

test('who takes an answer by drops loses it after sendTimeoutMs', async () => {
  const large = 'x'.repeat(12_000_000);
  await using a = await startServer(html(large));
  await using shop = await startComposer({
    fragments: { a: { ...inline(a.url), maxFragmentBytes: 2 ** 26 } },
    template: '<fragment-slot name="a" timeout-ms="20000"></fragment-slot>',
    pages: { '/': { template: 'page.html', deadlineMs: 30_000 } },
    limits: { sendTimeoutMs: 500, maxPageBytes: 2 ** 26 },
  });
  const visitor = await visit(shop.url);
  // At least 64 KiB each time, so that the connection is never idle.
  visitor.socket.on('data', () => {
    visitor.socket.pause();
    setTimeout(() => visitor.socket.resume(), 50);
  });
  visitor.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await visitor.closed;
  expect(visitor.received).toMatch(/^HTTP\/1\.1 200 /);
  expect(visitor.received.length).toBeLessThan(large.length);
}, 60_000);

test('an answer that is waited for, or that comes slowly, outlasts idleTimeoutMs', async () => {
  await using a = await startServer((request, response) => {
    if (request.url === '/events') {
      response.write('data: 1\n\n');
      setTimeout(() => response.end('data: 2\n\n'), 900);
    } else setTimeout(() => html('<b>late</b>')(request, response), 900);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['events'] }) },
    template: '<fragment-slot name="a" timeout-ms="15000"></fragment-slot>',
    pages: { '/': { template: 'page.html', deadlineMs: 20_000 } },
    limits: { idleTimeoutMs: 100 },
  });
  expect(await text(shop.url)).toContain('late');
  expect(await text(`${shop.url}_fragments/a/events`)).toBe('data: 1\n\ndata: 2\n\n');
});

test('a connection that asks for nothing ends, before a request and after one', async () => {
  await using shop = await startPlain({ idleTimeoutMs: 200, keepAliveTimeoutMs: 200 });
  const silent = await visit(shop.url);
  const asked = await visit(shop.url, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await Promise.all([silent.closed, asked.closed]);
  expect(asked.received).toContain('whole');
  expect(silent.received).not.toContain('whole');
});

test('more connections than maxConnections are closed, and those within it are served', async () => {
  await using shop = await startPlain({ maxConnections: 2 });
  const first = await visit(shop.url);
  const second = await visit(shop.url);
  const third = await visit(shop.url, ASK);
  await third.closed;
  expect(third.received).toBe('');
  second.socket.write(ASK);
  await second.closed;
  expect(second.received).toContain('whole');
  first.socket.destroy();
});

test('pipelined requests are answered in order, however many', async () => {
  await using shop = await startPlain();
  const visitor = await visit(
    shop.url,
    'GET /_tessera/health HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(500) + ASK,
  );
  await visitor.closed;
  expect(visitor.received.match(/^HTTP\/1\.1 200 /gm)).toHaveLength(501);
  expect(visitor.received.endsWith('<p>whole</p>')).toBe(true);
});

test('of requests that are sent ahead one is under way, however many', async () => {
  const gate = Promise.withResolvers<void>();
  await using a = await startServer(async (request, response) => {
    if (request.url === '/any?n=0') await gate.promise;
    html(`<b>${request.url}</b>`)(request, response);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { forward: { query: ['n'] } }) },
    template: '<fragment-slot name="a" timeout-ms="15000"></fragment-slot>',
    pages: { '/': { template: 'page.html', deadlineMs: 20_000 } },
  });
  const ask = (_: unknown, n: number) => `GET /?n=${n} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const visitor = await visit(shop.url, Array.from({ length: 100 }, ask).join(''));
  await expect.poll(() => a.requests.length).toBe(1);
  for (let n = 200; n < 210; n++) expect(await text(`${shop.url}?n=${n}`)).toContain(`n=${n}<`);
  expect(a.requests).toHaveLength(11);
  gate.resolve();
  await expect.poll(() => visitor.received, { timeout: 15_000 }).toContain('/any?n=99<');
  const order = [...visitor.received.matchAll(/<b>\/any\?n=(\d+)</g)].map(([, n]) => Number(n));
  expect(order).toEqual(Array.from({ length: 100 }, (_, n) => n));
  visitor.socket.destroy();
});

test('slowloris, silent and slow visitors cost the others nothing', async () => {
  const large = `<p>${'x'.repeat(1_000_000)}</p>`;
  await using a = await startServer(html(large, { 'cache-control': 'max-age=600' }));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<p>top</p>',
    templates: { 'large.html': '<fragment-slot name="a" timeout-ms="10000"></fragment-slot>' },
    pages: { '/': 'page.html', '/large': 'large.html' },
    limits: { headersTimeoutMs: 1500, idleTimeoutMs: 1500 },
  });
  const crowd = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      if (n % 3 === 0) return visit(shop.url);
      const visitor = await visit(shop.url);
      if (n % 3 === 1) drip(visitor.socket, 'x', 50);
      else visitor.socket.pause().write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20));
      return visitor;
    }),
  );
  for (let n = 0; n < 20; n++) expect(await text(shop.url)).toBe('<p>top</p>');
  // A paused visitor only notices that it was closed when it reads on.
  setTimeout(() => {
    for (const { socket } of crowd) socket.resume();
  }, 6000);
  await Promise.all(crowd.map(({ closed }) => closed));
}, 60_000);

test('a template or fragment that throws ends its own request only', async () => {
  await using a = await startServer((_, response) => {
    // A header that HTTP's parser lets through, and Node refuses to send on.
    response.socket?.end('HTTP/1.1 200 OK\r\nx: a\x7fb\r\ncontent-length: 2\r\n\r\nok');
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['act'] }) },
    template: '<p>whole</p>',
  });
  const others = Array.from({ length: 10 }, () => text(shop.url));
  const answer = await fetch(`${shop.url}_fragments/a/act`);
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(await Promise.all(others)).toEqual(Array.from({ length: 10 }, () => '<p>whole</p>'));
});
