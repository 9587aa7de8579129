import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { ask, type Fields, type Reply } from './ask.ts';
import { startComposer, startServer } from './servers.ts';

const OPEN = {
  version: '1',
  actions: ['*'],
  forward: { headers: ['*'], cookies: ['*'], query: ['*'] },
};
const token = 'a-token-of-this-test';
const FRESH = { 'cache-control': 'max-age=3600' };

type Service = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A service all of whose URLs are actions, and a composer before it. */
async function startAction(service: Service, manifest: object = OPEN) {
  const a = await startServer((request, response) => void service(request, response));
  const composer = await startComposer({
    fragments: { a: { url: a.url, manifest: { ...manifest, version: '1' } } },
    pages: {},
    admin: { token },
  });
  const base = `${composer.url}_fragments/a/`;
  return {
    requests: a.requests,
    get: (path = 'x', send: Fields = {}, method = 'GET', body?: string) =>
      ask(base + path, { method, send, body }),
    purge: (purge: object) =>
      ask(`${composer.url}_tessera/purge`, {
        method: 'POST',
        send: { authorization: `Bearer ${token}` },
        body: JSON.stringify(purge),
      }),
    [Symbol.asyncDispose]: async () => {
      await composer[Symbol.asyncDispose]();
      await a[Symbol.asyncDispose]();
    },
  };
}

const plain = (response: ServerResponse, body: string, headers: object = {}, status = 200) => {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(body);
};
const hit = ({ headers }: Reply) => String(headers['cache-status']).includes('; hit');

test('500 misses at once of one public action are one request', { timeout: 30_000 }, async () => {
  const all = Promise.withResolvers<void>();
  await using shop = await startAction(async (_, response) => {
    await all.promise;
    plain(response, 'one', FRESH);
  });
  const visits = Array.from({ length: 500 }, () => shop.get());
  await expect.poll(() => shop.requests.length, { timeout: 20_000 }).toBe(1);
  all.resolve();
  for (const reply of await Promise.all(visits))
    expect([reply.status, reply.text]).toEqual([200, 'one']);
  expect(shop.requests).toHaveLength(1);
});

test('what may not be stored is given to nobody else, however many wait for it', {
  timeout: 30_000,
}, async () => {
  for (const headers of [
    { 'cache-control': 'no-store' },
    { 'cache-control': 'private' },
    { ...FRESH, 'set-cookie': 'a=1' },
    {},
  ]) {
    let made = 0;
    await using shop = await startAction((_, response) =>
      plain(response, `for ${++made}`, headers),
    );
    const replies = await Promise.all(Array.from({ length: 20 }, () => shop.get()));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(20);
  }
});

test('500 visitors with cookies of their own get answers of their own', {
  timeout: 30_000,
}, async () => {
  await using shop = await startAction(({ headers }, response) =>
    plain(response, `for ${headers.cookie}`, FRESH),
  );
  const replies = await Promise.all(
    Array.from({ length: 500 }, (_, i) => shop.get('x', { cookie: `id=${i}` })),
  );
  expect(replies.map(({ text }) => text)).toEqual(replies.map((_, i) => `for id=${i}`));
  expect(shop.requests).toHaveLength(500);
});

test('50 stale hits while one request revalidates are all answered at once', {
  timeout: 30_000,
}, async () => {
  const slow = Promise.withResolvers<void>();
  let made = 0;
  await using shop = await startAction(async (_, response) => {
    const now = ++made;
    if (now > 1) await slow.promise;
    plain(response, `made ${now}`, {
      'cache-control': 'max-age=1, stale-while-revalidate=60',
      age: now === 1 ? '2' : '0',
    });
  });
  await shop.get();
  const replies = await Promise.all(Array.from({ length: 50 }, () => shop.get()));
  for (const reply of replies) expect([reply.text, hit(reply)]).toEqual(['made 1', true]);
  expect(shop.requests).toHaveLength(2);
  slow.resolve();
  await expect.poll(async () => (await shop.get()).text).toBe('made 2');
});

test.for<[string, object | 'post']>([
  ['its URL', { urls: ['/_fragments/a/x'] }],
  ['one of its groups', { groups: ['g'] }],
  ['its fragment', { fragments: ['a'] }],
  ['its URL, by a form', 'post'],
])('an answer on its way when %s is purged is delivered and not kept', async ([, purge]) => {
  const first = Promise.withResolvers<void>();
  let made = 0;
  await using shop = await startAction(async (request, response) => {
    if (request.method === 'POST') return plain(response, 'posted');
    const now = ++made;
    if (now === 1) await first.promise;
    plain(response, `made ${now}`, { ...FRESH, 'cache-groups': '"g"' });
  });
  const early = shop.get();
  await expect.poll(() => made).toBe(1);
  const purged = await (purge === 'post'
    ? shop.get('x', {}, 'POST', 'a=1')
    : shop.purge(purge as object));
  expect(purged.status).toBe(200);
  // Who comes after the purge must not get what began before it.
  expect((await shop.get()).text).toBe('made 2');
  first.resolve();
  expect((await early).text).toBe('made 1');
  expect((await shop.get()).text).toBe('made 2');
  expect(made).toBe(2);
});

test('what is asked of one visitor only never meets another', async () => {
  const refusals: [Fields, number][] = [
    [{ range: 'bytes=900-' }, 416],
    [{ range: 'bytes=0-0' }, 206],
    [{ 'if-match': '"none"' }, 412],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-modified-since': 0 }, 304],
    [{ 'x-large': 'x'.repeat(4000) }, 431],
  ];
  for (const [send, status] of refusals) {
    const name = Object.keys(send).join();
    await using shop = await startAction(({ headers }, response) => {
      if (headers[name] === undefined) plain(response, 'whole', FRESH);
      else
        plain(
          response,
          status === 304 ? '' : 'w',
          { ...FRESH, 'content-range': 'bytes 0-0/5' },
          status,
        );
    });
    expect((await shop.get('x', send)).status).toBe(status);
    const other = await shop.get();
    expect([other.status, other.text]).toEqual([200, 'whole']);
  }
});

test('a body on a GET does not go up', async () => {
  await using shop = await startAction((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => plain(response, `body: ${body}`, FRESH));
  });
  await shop.get('x', {}, 'GET', 'evil=1');
  expect(shop.requests[0]?.headers['content-length']).toBeUndefined();
  expect((await shop.get()).text).toBe('body: ');
});

test('HEAD, and a HEAD that fails, leave nothing for those who GET', async () => {
  await using shop = await startAction(({ method }, response) =>
    plain(response, 'whole', FRESH, method === 'HEAD' ? 404 : 200),
  );
  expect((await shop.get('x', {}, 'HEAD')).status).toBe(404);
  expect((await shop.get()).text).toBe('whole');
});

test('what a visitor says about the way of a request does not go up', async () => {
  await using shop = await startAction(({ headers }, response) =>
    plain(response, JSON.stringify(headers), FRESH),
  );
  const claims = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'gopher',
    'x-forwarded-for': '6.6.6.6',
    'x-forwarded-scheme': 'gopher',
    'x-forwarded-prefix': '/evil',
    forwarded: 'host=evil.example',
    'x-original-url': '/evil',
    'x-rewrite-url': '/evil',
    'x-http-method-override': 'DELETE',
    'tessera-base': '/evil/',
    'accept-encoding': 'identity',
  };
  const { text } = await shop.get('x', claims);
  expect(text).not.toMatch(/evil|gopher|6\.6\.6\.6|DELETE/);
});

test('headers that no manifest names neither go up nor tell anything apart', async () => {
  await using shop = await startAction(
    ({ headers }, response) =>
      plain(response, String(headers['x-host'] ?? 'no host'), { ...FRESH, vary: 'x-host' }),
    { actions: ['*'] },
  );
  expect((await shop.get('x', { 'x-host': 'evil.example' })).text).toBe('no host');
  const next = await shop.get('x', { 'x-host': 'other.example' });
  expect([next.text, hit(next)]).toEqual(['no host', true]);
});

test('an answer that repeats the host it was asked for stays with that host', async () => {
  await using shop = await startAction(({ headers }, response) =>
    plain(response, `https://${headers['x-forwarded-host']}/`, FRESH),
  );
  expect((await shop.get('x', { host: 'evil.example' })).text).toBe('https://evil.example/');
  const own = await shop.get();
  expect(own.text).not.toContain('evil');
  const again = await shop.get();
  expect([again.text, hit(again)]).toEqual([own.text, true]);
});
