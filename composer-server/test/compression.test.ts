import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { raw } from './raw.ts';
import { html, inline, startComposer, startServer } from './servers.ts';

const GZIP = { 'accept-encoding': 'gzip' };
const long = (word: string) => `<p>${`${word} `.repeat(400)}</p>`;
const page = (attributes = '') =>
  `<html><head></head><body>${long('start')}<fragment-slot name="a" ${attributes}></fragment-slot>${long('end')}</body></html>`;

test.each([
  ['a page in one piece', 'primary'],
  ['a page that streams', ''],
  ['a page with a late fragment', 'deferred'],
])('%s is the same with and without gzip, first and later', async (_, attributes) => {
  await using a = await startServer(html(long('a'), { 'cache-control': 'max-age=60' }));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: page(attributes),
  });
  for (let time = 0; time < 4; time++) {
    const plain = await raw(shop.url);
    const coded = await raw(shop.url, GZIP);
    expect(plain.headers['content-encoding']).toBe(undefined);
    expect(coded.headers['content-encoding']).toBe('gzip');
    expect([plain.headers.vary, coded.headers.vary]).toEqual([
      'accept-encoding',
      'accept-encoding',
    ]);
    expect(plain.body.length).toBeGreaterThan(5 * coded.body.length);
    const text = gunzipSync(coded.body).toString();
    expect(text).toContain(long('a'));
    if (time > 0) expect(text).toBe(plain.body.toString());
  }
});

test('accept-encoding decides, by its weights', async () => {
  await using a = await startServer(html(long('a')));
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template: page() });
  for (const accept of ['gzip;q=0', 'identity', 'br', 'identity, gzip;q=0.5', '*;q=0'])
    expect((await raw(shop.url, { 'accept-encoding': accept })).headers['content-encoding']).toBe(
      undefined,
    );
  for (const accept of ['gzip, deflate, br, zstd', 'br;q=1, gzip;q=0.1', '*'])
    expect((await raw(shop.url, { 'accept-encoding': accept })).headers['content-encoding']).toBe(
      'gzip',
    );
});

test('a small page is left alone', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<fragment-slot name="a" primary></fragment-slot>',
  });
  const { headers, body } = await raw(shop.url, GZIP);
  expect([headers['content-encoding'], headers['content-length']]).toEqual([
    undefined,
    String(body.length),
  ]);
});

test('HEAD says what GET would, and a visitor who has the page gets 304, however it came', async () => {
  await using a = await startServer(html(long('a')));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: page('primary'),
  });
  const [get, head, plain] = [
    await raw(shop.url, GZIP),
    await raw(shop.url, GZIP, 'HEAD'),
    await raw(shop.url),
  ];
  for (const name of ['etag', 'content-encoding', 'vary'])
    expect(head.headers[name]).toBe(get.headers[name]);
  expect(get.headers['content-length']).toBe(String(get.body.length));
  expect(head.body.length).toBe(0);
  expect(plain.headers.etag).toBe(get.headers.etag);
  for (const accepted of [GZIP, {}]) {
    const again = await raw(shop.url, { ...accepted, 'if-none-match': String(get.headers.etag) });
    expect([again.status, again.body.length, again.headers.vary]).toEqual([
      304,
      0,
      'accept-encoding',
    ]);
    expect(again.headers['content-encoding']).toBe(undefined);
  }
});

test('what stands before a slow slot can be read before the slot is there', async () => {
  const gate = Promise.withResolvers<void>();
  await using a = await startServer(async (request, response) => {
    await gate.promise;
    html(long('slow'))(request, response);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: page('timeout-ms="10000"'),
  });
  const response = await fetch(shop.url, { headers: GZIP });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes(long('start'))) gate.resolve();
  }
  expect(text).toContain(`${long('slow')}</fragment-slot>${long('end')}</body></html>`);
});

test('compression: switched off, nothing is compressed and nothing varies by it', async () => {
  await using a = await startServer(html(long('a')));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: page('primary'),
    templates: { 'site.css': long('style') },
    static: { '/assets/': '.' },
    compression: false,
  });
  for (const path of ['', 'assets/site.css', '_fragments/a/assets/a.css']) {
    const { status, headers } = await raw(shop.url + path, GZIP);
    expect([status, headers['content-encoding'], headers.vary]).toEqual([
      200,
      undefined,
      undefined,
    ]);
  }
});

const SCRIPT = 'export const words = 1;'.repeat(300);
const DECODED = { br: brotliDecompressSync, zstd: zstdDecompressSync, gzip: gunzipSync };

test.each([
  ['the site’s own file', 'assets/app-B1xQ9zA0.js'],
  ['a fragment’s asset', '_fragments/a/assets/app-B1xQ9zA0.js'],
])('%s is sent compressed, in the coding that is liked best, and known again', async (_, path) => {
  await using a = await startServer((_request, response) => {
    response.setHeader('content-type', 'text/javascript').setHeader('etag', '"1"');
    response.setHeader('cache-control', 'public, max-age=60').end(SCRIPT);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: 'plain',
    templates: { 'app-B1xQ9zA0.js': SCRIPT },
    static: { '/assets/': '.' },
  });
  const url = shop.url + path;
  for (const [accepted, coding] of [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, zstd', 'zstd'],
    ['gzip', 'gzip'],
  ] as const) {
    const headers = { 'accept-encoding': accepted };
    for (let time = 0; time < 2; time++) {
      const got = await raw(url, headers);
      expect(got.headers['content-encoding']).toBe(coding);
      expect(got.headers.vary).toBe('accept-encoding');
      expect(got.headers['content-type']).toMatch(/^text\/javascript/);
      expect(got.headers['content-length']).toBe(String(got.body.length));
      expect(got.body.length).toBeLessThan(SCRIPT.length / 10);
      expect(DECODED[coding](got.body).toString()).toBe(SCRIPT);
      expect(got.headers.etag).toMatch(/^W\//);
      const again = await raw(url, { ...headers, 'if-none-match': String(got.headers.etag) });
      expect([again.status, again.body.length]).toEqual([304, 0]);
    }
    const head = await raw(url, headers, 'HEAD');
    expect([head.headers['content-encoding'], head.body.length]).toEqual([coding, 0]);
  }
  for (const headers of [{}, { 'accept-encoding': 'identity' }]) {
    const plain = await raw(url, headers);
    expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([
      undefined,
      'accept-encoding',
    ]);
    expect(plain.body.toString()).toBe(SCRIPT);
  }
  const part = await raw(url, { 'accept-encoding': 'br', range: 'bytes=0-9' });
  expect([part.status, part.body.toString()]).toEqual([206, SCRIPT.slice(0, 10)]);
});

test.each<[string, Record<string, string>, string?]>([
  ['has been compressed by its service', { 'content-encoding': 'gzip' }],
  ['must not be transformed', { 'cache-control': 'max-age=60, no-transform' }],
  ['has a digest of its bytes', { 'content-digest': 'sha-256=:AA==:' }],
  ['is a picture', { 'content-type': 'image/png' }],
  ['is an answer to a visitor', {}, 'api/app'],
])('what %s keeps its bytes', async (_, own, path = 'assets/app') => {
  await using a = await startServer((_request, response) => {
    const headers = { 'content-type': 'text/css', 'cache-control': 'max-age=60', ...own };
    response.writeHead(200, headers).end(SCRIPT);
  });
  const manifest = { version: '1', actions: ['api/*rest'] };
  await using shop = await startComposer({
    fragments: { a: { url: a.url, manifest } },
    template: 'plain',
  });
  const { status, headers, body } = await raw(`${shop.url}_fragments/a/${path}`, {
    'accept-encoding': 'br, gzip',
  });
  expect([status, body.toString()]).toEqual([200, SCRIPT]);
  expect(headers['content-encoding']).toBe(own['content-encoding']);
});
