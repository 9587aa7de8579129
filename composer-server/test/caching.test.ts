import type { IncomingMessage } from 'node:http';
import type { PageReport } from '@tessera/contract';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const SLOT = '<html><head></head><body><fragment-slot name="a"></fragment-slot></body></html>';
const token = 'a-token-of-this-test';
const FRESH = { 'cache-control': 'max-age=60' };

/** A fragment that counts its answers. */
const counted =
  (headers: Record<string, string> = FRESH) =>
  (request: IncomingMessage, response: Parameters<ReturnType<typeof html>>[1]) => {
    counts.set(request.url ?? '', (counts.get(request.url ?? '') ?? 0) + 1);
    html(`<b>${counts.get(request.url ?? '')}</b>`, headers)(request, response);
  };
let counts = new Map<string, number>();

async function startShop(
  handler: Parameters<typeof startServer>[0],
  {
    manifest = {},
    fragment = {},
    ...config
  }: Record<string, unknown> & {
    manifest?: Record<string, unknown>;
    fragment?: Record<string, unknown>;
  } = {},
) {
  counts = new Map();
  const a = await startServer(handler);
  const shop = await startComposer({
    fragments: { a: { ...inline(a.url, manifest), ...fragment } },
    template: SLOT,
    development: true,
    ...config,
  });
  return {
    ...shop,
    a,
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]();
      await a[Symbol.asyncDispose]();
    },
  };
}

const purge = (url: string, body: object, authorization = '') =>
  fetch(`${url}_tessera/purge`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization },
  });

test('a fragment is asked for once while its answer is fresh, and the page says how long', async () => {
  await using shop = await startShop(counted());
  expect(await text(shop.url)).toContain('state="ready"><b>1</b>');
  const page = await fetch(shop.url);
  expect(await page.text()).toContain('state="ready"><b>1</b>');
  expect(shop.a.requests).toHaveLength(1);
  expect(page.headers.get('cache-control')).toBe('public, no-cache');
  expect(page.headers.get('cdn-cache-control')).toMatch(/^max-age=(59|60)$/);
  expect(page.headers.get('age')).toMatch(/^[01]$/);
  const etag = page.headers.get('etag') ?? '';
  const again = await fetch(shop.url, { headers: { 'if-none-match': etag } });
  expect([again.status, again.headers.get('cdn-cache-control')]).toEqual([
    304,
    expect.stringMatching(/^max-age=(59|60)$/),
  ]);
  const report: PageReport = await (await fetch(`${shop.url}?tessera=report`)).json();
  expect(report.slots[0]).toMatchObject({ cache: expect.stringMatching(/^tessera; hit; ttl=/) });
});

test('a page is private when any part is, and browserMaxAgeMs is for public ones only', async () => {
  await using b = await startServer(html('b', { 'cache-control': 'private, max-age=60' }));
  await using shop = await startShop(counted(), { cache: { browserMaxAgeMs: 10_000 } });
  const config = { fragments: { a: inline(shop.a.url), b: inline(b.url) } };
  await using both = await startComposer({
    ...config,
    template:
      '<fragment-slot name="a" required></fragment-slot><fragment-slot name="b" required></fragment-slot>',
  });
  await text(shop.url);
  expect((await fetch(shop.url)).headers.get('cache-control')).toMatch(/^public, max-age=1[01]$/);
  expect((await fetch(both.url)).headers.get('cache-control')).toBe('private, no-cache');
}, 10_000);

test('past its freshness it is shown stale while one request revalidates it', async () => {
  const more = Promise.withResolvers<void>();
  let slow = false;
  await using shop = await startShop(async (request, response) => {
    if (slow) await more.promise;
    counted({ 'cache-control': 'max-age=0, stale-while-revalidate=60' })(request, response);
  });
  await text(shop.url);
  slow = true;
  const pages = await Promise.all(Array.from({ length: 50 }, () => text(shop.url)));
  expect(pages.every((page) => page.includes('state="stale"><b>1</b>'))).toBe(true);
  expect(shop.a.requests).toHaveLength(2);
  more.resolve();
  await expect.poll(() => text(shop.url)).toContain('<b>2</b>');
});

test('a failing service leaves its stored answer where the answer or the option allows it', async () => {
  const allowed: [Record<string, string>, Record<string, unknown>][] = [
    [{ 'cache-control': 'max-age=0, stale-if-error=60', etag: '"1"' }, {}],
    [{ 'cache-control': 'max-age=0', etag: '"1"' }, { staleIfErrorMs: 60_000 }],
  ];
  for (const [headers, fragment] of allowed) {
    let broken = false;
    await using shop = await startShop(
      (request, response) => {
        if (broken) response.writeHead(500).end('secret');
        else counted(headers)(request, response);
      },
      { fragment },
    );
    await text(shop.url);
    broken = true;
    expect(await text(shop.url)).toContain('state="stale"><b>1</b>');
    const report: PageReport = await (await fetch(`${shop.url}?tessera=report`)).json();
    expect(report.slots[0]).toMatchObject({ state: 'stale', cause: 'FRAGMENT_STATUS' });
  }
  let broken = false;
  await using shop = await startShop((request, response) => {
    if (broken) response.writeHead(500).end('secret');
    else counted({ 'cache-control': 'max-age=0, must-revalidate', etag: '"1"' })(request, response);
  });
  await text(shop.url);
  broken = true;
  expect(await text(shop.url)).toContain('state="error"');
});

test('500 visitors at once make one request for what is public, and one each for what is personal', async () => {
  const all = Promise.withResolvers<void>();
  await using shop = await startShop(
    async (request, response) => {
      await all.promise;
      const { cookie } = request.headers;
      html(`<i>${cookie ?? 'public'}</i>`, cookie ? {} : FRESH)(request, response);
    },
    {
      manifest: { forward: { cookies: ['id'] }, timeoutMs: 60_000 },
      pages: { '/': { template: 'page.html', deadlineMs: 60_000 } },
    },
  );
  const visit = (headers = {}) => text(shop.url, { headers });
  const open = Array.from({ length: 500 }, () => visit());
  await expect.poll(() => shop.a.requests.length, { timeout: 20_000 }).toBe(1);
  const personal = Array.from({ length: 500 }, (_, i) => visit({ cookie: `id=${i}` }));
  await expect.poll(() => shop.a.requests.length, { timeout: 50_000 }).toBe(501);
  all.resolve();
  for (const page of await Promise.all(open)) expect(page).toContain('<i>public</i>');
  for (const [i, page] of (await Promise.all(personal)).entries())
    expect(page).toContain(`<i>id=${i}</i>`);
  expect(shop.a.requests).toHaveLength(501);
}, 120_000);

test("a visitor's reload does not ask the services again, no-store does", async () => {
  await using shop = await startShop(counted());
  const visit = (control: string) => text(shop.url, { headers: { 'cache-control': control } });
  for (const control of ['max-age=0', 'no-cache', 'max-age=0'])
    expect(await visit(control)).toContain('<b>1</b>');
  expect(await visit('no-store')).toContain('<b>2</b>');
  expect(await visit('max-age=0')).toContain('<b>1</b>');
});

test('passthrough: stored answers, ranges, conditions and every directive of the visitor', async () => {
  await using shop = await startShop(
    (request, response) => {
      counts.set('raw', (counts.get('raw') ?? 0) + 1);
      const headers = { ...FRESH, etag: '"v1"', 'content-type': 'text/plain' };
      response.writeHead(200, headers).end(`0123456789${request.method}`);
    },
    { manifest: { actions: ['raw'] } },
  );
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${shop.url}_fragments/a/raw`, { headers, method });
  const first = await get();
  expect(first.headers.get('cache-status')).toMatch(/^tessera; fwd=uri-miss; ttl=\d+; stored$/);
  const second = await get();
  expect(second.headers.get('cache-status')).toMatch(/^tessera; hit; ttl=\d+$/);
  expect(second.headers.get('age')).toMatch(/^\d+$/);
  expect(await second.text()).toBe('0123456789GET');
  const part = await get({ range: 'bytes=2-4' });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 2-4/13',
    '234',
  ]);
  // fetch() itself says no-cache where there is a condition.
  const condition = { 'if-none-match': '"v1"', 'cache-control': 'max-stale' };
  expect((await get(condition)).status).toBe(304);
  const head = await get({}, 'HEAD');
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(counts.get('raw')).toBe(1);
  await get({ 'cache-control': 'no-cache' });
  expect(counts.get('raw')).toBe(2);
  const elsewhere = await fetch(`${shop.url}_fragments/a/raw?x`, {
    headers: { 'cache-control': 'only-if-cached' },
  });
  expect(elsewhere.status).toBe(504);
});

test('an unsafe request makes what is stored of its URL stale', async () => {
  await using shop = await startShop(
    (request, response) => {
      if (request.method === 'POST') response.writeHead(303, { location: '/' }).end();
      else counted()(request, response);
    },
    { manifest: { actions: ['any'] } },
  );
  expect(await text(shop.url)).toContain('<b>1</b>');
  const init: RequestInit = { method: 'POST', redirect: 'manual' };
  expect((await fetch(`${shop.url}_fragments/a/any`, init)).status).toBe(303);
  expect(await text(shop.url)).toContain('<b>2</b>');
});

test('a purge drops by URL, group or fragment, hard or soft', async () => {
  await using shop = await startShop(
    counted({
      'cache-control': 'max-age=60, stale-while-revalidate=60',
      'cache-groups': '"g", "h"',
    }),
  );
  for (const body of [
    { urls: ['/_fragments/a/any'] },
    { groups: ['h'] },
    { fragments: ['a'] },
    { groups: ['none', 'g'] },
  ]) {
    const before = (await text(shop.url)).match(/<b>\d+/)?.[0] ?? '';
    const response = await purge(shop.url, body);
    expect(await response.json()).toEqual({ dropped: 1, everywhere: true });
    expect(await text(shop.url)).not.toContain(before);
  }
  const before = (await text(shop.url)).match(/<b>\d+/)?.[0] ?? '';
  await purge(shop.url, { groups: ['g'], soft: true });
  expect(await text(shop.url)).toContain(`state="stale">${before}`);
  await expect.poll(() => text(shop.url)).not.toContain(before);
});

test("a team's purge token reaches its own entries only", async () => {
  const own = 'the-token-of-team-a';
  const fragment = { purgeToken: own };
  await using shop = await startShop(counted({ ...FRESH, 'cache-groups': '"g"' }), {
    fragment,
    development: false,
    admin: { token },
  });
  await using other = await startShop(counted({ ...FRESH, 'cache-groups': '"g"' }), {
    fragments: {
      a: { ...inline(shop.a.url), purgeToken: own },
      b: { ...inline(shop.a.url), purgeToken: 'the-token-of-team-b' },
    },
    development: false,
  });
  await text(shop.url);
  expect((await purge(shop.url, { groups: ['g'] })).status).toBe(401);
  expect((await purge(shop.url, { groups: ['g'] }, `Bearer ${own}x`)).status).toBe(401);
  expect(await (await purge(shop.url, { groups: ['g'] }, `Bearer ${own}`)).json()).toMatchObject({
    dropped: 1,
  });
  await text(shop.url);
  expect(await (await purge(shop.url, { groups: ['g'] }, `Bearer ${token}`)).json()).toMatchObject({
    dropped: 1,
  });
  await text(other.url);
  const asB = await purge(
    other.url,
    { groups: ['g'], fragments: ['a'], urls: ['/_fragments/a/any'] },
    'Bearer the-token-of-team-b',
  );
  expect(await asB.json()).toMatchObject({ dropped: 0 });
});

test('a purge that names nothing, or what there is not, is refused; without a token there is none', async () => {
  await using shop = await startShop(counted());
  await using closed = await startShop(counted(), { development: false });
  expect((await purge(closed.url, { groups: ['g'] })).status).toBe(404);
  expect((await fetch(`${shop.url}_tessera/purge`)).status).toBe(405);
  for (const body of [
    {},
    [],
    { group: ['g'] },
    { groups: 'g' },
    { urls: ['/x'] },
    { fragments: ['x'] },
    { soft: 1 },
  ])
    expect((await purge(shop.url, body)).status).toBe(400);
});

test('a reload keeps what is stored', async () => {
  await using shop = await startShop(counted());
  await text(shop.url);
  await shop.composer.reload({
    fragments: { a: inline(shop.a.url) },
    pages: { '/': 'page.html' },
    templates: shop.root,
    log: { level: 'silent' },
  });
  expect(await text(shop.url)).toContain('<b>1</b>');
});

test('data pages are composed of stored parts', async () => {
  let n = 0;
  await using a = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...FRESH }).end(`{"n": ${++n}}`);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: 'x',
    pages: { '/api': { data: { price: { fragment: 'a', path: 'p' } } } },
  });
  await text(`${shop.url}api`);
  const answer = await (await fetch(`${shop.url}api`)).json();
  expect(answer).toMatchObject({
    data: { price: { n: 1 } },
    parts: { price: { state: 'ready', source: 'cache' } },
  });
});

test('what does not fit into cache.maxBytes is asked for again', async () => {
  await using shop = await startShop(counted(), { cache: { maxBytes: 1024 } });
  await text(shop.url);
  expect(await text(shop.url)).toContain('<b>2</b>');
});
