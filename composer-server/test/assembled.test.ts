import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { raw } from './raw.ts';
import { html, inline, startComposer, startServer } from './servers.ts';

const TEMPLATE =
  '<html><head></head><body><fragment-slot name="a"></fragment-slot><fragment-slot name="b"></fragment-slot></body></html>';
const token = 'a-token-of-the-operators';
const KEPT = { 'cache-control': 'max-age=60' };
const text = async (url: string, headers: Record<string, string> = {}) =>
  (await raw(url, headers)).body.toString();

/** How many pages were given as a whole. */
async function assembled(url: string): Promise<number> {
  const metrics = await text(`${url}_tessera/metrics`, { authorization: `Bearer ${token}` });
  return Number(/tessera_pages_assembled_total\{page="\/"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

/** Visits the page until it is given as a whole. */
async function untilAssembled(url: string, headers?: Record<string, string>): Promise<void> {
  await expect
    .poll(async () => {
      await text(url, headers);
      return assembled(url);
    })
    .toBeGreaterThan(0);
}

async function startShop(a: Parameters<typeof startServer>[0], more = {}) {
  const [first, second] = [await startServer(a), await startServer(html('<i>b</i>', KEPT))];
  const shop = await startComposer({
    fragments: { a: inline(first.url, more), b: inline(second.url) },
    template: TEMPLATE,
    admin: { token },
  });
  const purge = (body: object) =>
    fetch(`${shop.url}_tessera/purge`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}` },
    });
  return {
    url: shop.url,
    purge,
    [Symbol.asyncDispose]: async () => {
      await shop.close();
      await Promise.all([first.close(), second.close()]);
    },
  };
}

test('a page of stored parts is assembled once, and counted with its slots all the same', async () => {
  await using shop = await startShop(html('<i>a</i>', KEPT));
  const pages = [];
  while ((await assembled(shop.url)) < 3) pages.push(await text(shop.url));
  expect(new Set(pages).size).toBe(1);
  const metrics = await text(`${shop.url}_tessera/metrics`, { authorization: `Bearer ${token}` });
  const count = pages.length;
  expect(metrics).toContain(
    `tessera_slot_duration_seconds_count{fragment="a",state="ready"} ${count}`,
  );
  expect(metrics).toContain(`tessera_slot_bytes_total{fragment="a"} ${count * '<i>a</i>'.length}`);
});

test.each([
  ['purged by URL', { urls: ['/_fragments/a/any'] }],
  ['purged by fragment', { fragments: ['a'] }],
  ['purged by group', { groups: ['prices'] }],
])('what is %s is on no assembled page any more', async (_, purge) => {
  let price = 1;
  await using shop = await startShop((request, response) =>
    html(`<i>${price}</i>`, { ...KEPT, 'cache-groups': '"prices"' })(request, response),
  );
  await untilAssembled(shop.url);
  expect(await text(shop.url)).toContain('<i>1</i>');
  price = 2;
  expect((await shop.purge(purge)).status).toBe(200);
  for (let time = 0; time < 5; time++) expect(await text(shop.url)).toContain('<i>2</i>');
});

test('visitors for whom a fragment differs get pages of their own', async () => {
  await using shop = await startShop(
    (request, response) =>
      html(`<i>${request.headers['accept-language']} ${request.headers.cookie ?? 'nobody'}</i>`, {
        'cache-control': 'public, max-age=60',
        vary: 'accept-language, cookie',
      })(request, response),
    { forward: { headers: ['accept-language'], cookies: ['who'] } },
  );
  for (let time = 0; time < 5; time++) {
    for (const language of ['de', 'en']) {
      for (const who of ['who=ann', 'who=bob', undefined]) {
        const headers = { 'accept-language': language, ...(who ? { cookie: who } : {}) };
        expect(await text(shop.url, headers)).toContain(`<i>${language} ${who ?? 'nobody'}</i>`);
      }
    }
    await untilAssembled(shop.url, { 'accept-language': 'de' });
  }
});

test('a page with a private part is never assembled', async () => {
  let n = 0;
  await using shop = await startShop((request, response) =>
    html(`<i>${++n}</i>`, { 'cache-control': 'private, no-cache' })(request, response),
  );
  for (let time = 1; time < 6; time++) expect(await text(shop.url)).toContain(`<i>${time}</i>`);
  expect(await assembled(shop.url)).toBe(0);
});

test('every answer has its own id and age; HEAD, 304 and codings are as without it', async () => {
  const words = `<p>${'so many words '.repeat(300)}</p>`;
  await using shop = await startShop(html(words, KEPT));
  await untilAssembled(shop.url);
  const ids = new Set();
  for (let time = 0; time < 8; time++) {
    const plain = await raw(shop.url);
    const gzip = await raw(shop.url, { 'accept-encoding': 'gzip' });
    const br = await raw(shop.url, { 'accept-encoding': 'gzip, br' });
    expect(plain.body.toString()).toBe(gunzipSync(gzip.body).toString());
    const unpack = br.headers['content-encoding'] === 'br' ? brotliDecompressSync : gunzipSync;
    expect(unpack(br.body).toString()).toBe(plain.body.toString());
    for (const one of [plain, gzip, br]) {
      ids.add(one.headers['x-request-id']);
      expect(one.headers.age).toMatch(/^\d$/);
      expect(one.headers.vary).toBe('accept-encoding');
      expect(one.headers['cdn-cache-control']).toMatch(/^max-age=(59|60)$/);
      expect(one.headers['content-length']).toBe(String(one.body.length));
    }
    const head = await raw(shop.url, {}, 'HEAD');
    expect([head.headers['content-length'], head.body.length]).toEqual([
      plain.headers['content-length'],
      0,
    ]);
    const known = await raw(shop.url, { 'if-none-match': String(plain.headers.etag) });
    expect([known.status, known.headers.etag]).toEqual([304, plain.headers.etag]);
  }
  expect(ids.size).toBe(24);
  // Whatever is made up: more than is remembered, and longer.
  for (let n = 0; n < 25; n++) {
    const made = { 'accept-encoding': `x${n}, ${'y'.repeat(20 * n)}, gzip` };
    const { headers, body } = await raw(shop.url, made);
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toContain(words);
  }
  for (const coding of ['br', 'zstd'])
    await expect
      .poll(async () => (await raw(shop.url, { 'accept-encoding': coding })).headers)
      .toMatchObject({ 'content-encoding': coding });
});
