import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { inline, startComposer, startServer } from './servers.ts';

const json = (value: unknown) => (_: unknown, response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

function setup(price: string, stock: string, required = true) {
  return startComposer({
    template: 'plain',
    fragments: {
      price: inline(price, {
        content: ':sku',
        params: { sku: { type: 'string', pattern: '[a-z0-9-]+' } },
      }),
      stock: inline(stock),
    },
    pages: {
      '/api/:sku': {
        data: {
          price: { fragment: 'price', path: 'api/:sku/price', required },
          stock: { fragment: 'stock', path: 'stock/:sku', timeoutMs: 80 },
        },
        deadlineMs: 2000,
      },
    },
  });
}

test('a data page is composed of its parts', async () => {
  await using price = await startServer((request, response) =>
    json({ of: request.url, cents: 1 })(request, response),
  );
  await using stock = await startServer(json(7));
  await using shop = await setup(price.url, stock.url);
  const response = await fetch(`${shop.url}api/mug-1`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(await response.json()).toEqual({
    data: { price: { of: '/api/mug-1/price', cents: 1 }, stock: 7 },
    parts: {
      price: { state: 'ready', source: 'origin', ms: expect.any(Number) },
      stock: { state: 'ready', source: 'origin', ms: expect.any(Number) },
    },
  });
  expect(price.requests[0]?.headers.accept).toBe('application/json');
});

test('an optional part that fails is null, with its error beside it', async () => {
  await using price = await startServer(json(1));
  await using hanging = await startServer(() => {});
  await using html = await startServer((_, response) => response.end('<b>'));
  for (const [url, error] of [
    [hanging.url, 'FRAGMENT_TIMEOUT'],
    ['http://127.0.0.1:1/', 'FRAGMENT_UNREACHABLE'],
    [html.url, 'FRAGMENT_NOT_JSON'],
  ] as const) {
    await using shop = await setup(price.url, url);
    const response = await fetch(`${shop.url}api/mug-1`);
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toMatchObject({
      data: { price: 1, stock: null },
      parts: { stock: { state: 'error', error } },
    });
  }
});

test('a required part that fails makes it a 502, or a 504 for time; other methods are 405', async () => {
  await using hanging = await startServer(() => {});
  await using stock = await startServer(json(1));
  const status = async (url: string, init?: RequestInit) => {
    await using shop = await setup(url, stock.url);
    return (await fetch(`${shop.url}api/mug-1`, init)).status;
  };
  expect(await status('http://127.0.0.1:1/')).toBe(502);
  expect(await status(hanging.url)).toBe(504);
  expect(await status(stock.url, { method: 'POST' })).toBe(405);
});

test('a required part that there is not makes it a 404, with what is known of the others', async () => {
  await using price = await startServer((_, response) => response.writeHead(404).end());
  await using stock = await startServer(json(7));
  await using shop = await setup(price.url, stock.url);
  const unknown = await fetch(`${shop.url}api/mug-9`);
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({
    data: { price: null },
    parts: { price: { state: 'error', error: 'FRAGMENT_STATUS' } },
  });
  const before = [price, stock].map(({ requests }) => requests.length);
  const unfit = await fetch(`${shop.url}api/MUG`);
  expect(unfit.status).toBe(404);
  expect(await unfit.json()).toMatchObject({
    data: { price: null, stock: null },
    parts: { price: { error: 'FRAGMENT_PARAM_INVALID' }, stock: { state: 'left' } },
  });
  expect([price, stock].map(({ requests }) => requests.length)).toEqual(before);
  await using optional = await setup(price.url, stock.url, false);
  expect((await fetch(`${optional.url}api/mug-9`)).status).toBe(200);
});

test('a required part that has failed ends the page at once, and what still runs', async () => {
  const asked = Promise.withResolvers<void>();
  const given = Promise.withResolvers<void>();
  // Never answers: only giving up on it lets the page end before its time.
  await using slow = await startServer((request) => {
    request.socket.on('close', () => given.resolve());
    asked.resolve();
  });
  await using price = await startServer(async (_, response) => {
    await asked.promise;
    response.writeHead(500).end();
  });
  await using shop = await startComposer({
    template: 'plain',
    fragments: { price: inline(price.url), stock: inline(slow.url) },
    pages: {
      '/api': {
        data: {
          stock: { fragment: 'stock', path: 'stock', timeoutMs: 60_000, required: true },
          price: { fragment: 'price', path: 'price', required: true },
        },
        deadlineMs: 60_000,
      },
    },
  });
  const response = await fetch(`${shop.url}api`);
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({
    parts: { stock: { state: 'left' }, price: { state: 'error', error: 'FRAGMENT_STATUS' } },
  });
  await given.promise;
});

test.each([
  [{ fragment: 'none', path: 'x' }, '.fragment'],
  [{ fragment: 'a', path: '/x' }, '.path'],
  [{ fragment: 'a', path: ':id' }, '.path'],
  [{ fragment: 'a', path: 'x', required: 'yes' }, '.required'],
  [{ fragment: 'a', path: 'x', timeout: 5 }, '.timeout'],
])('the part %j is refused at its place', async (part, place) => {
  const start = startComposer({
    template: 'plain',
    fragments: { a: 'http://127.0.0.1:1/' },
    pages: { '/api': { data: { x: part as { fragment: string; path: string } } } },
  });
  await expect(start).rejects.toMatchObject({
    message: expect.stringContaining(`pages["/api"].data.x${place}`),
  });
});
