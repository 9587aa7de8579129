import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { RecurringHtml } from '../src/recurring-html.ts';
import { raw } from './raw.ts';
import { inline, startComposer, startServer } from './servers.ts';

// Answers that may not be stored and are yet, byte for byte, what the last visitor got.

const UTF8 = 'text/html; charset=utf-8';
const LATIN1 = 'text/html; charset=iso-8859-1';
const template = `<html><head></head><body><fragment-slot name="a"></fragment-slot>${'<p>rest</p>'.repeat(200)}</body></html>`;

afterEach(() => void vi.restoreAllMocks());

test('whatever an answer was before, its slot shows what it is now', async () => {
  const sloppy = '<p>one<p>two<script>alert(1)</script>';
  const cafe = Buffer.from([0x3c, 0x70, 0x3e, 0xc3, 0xa9, 0x3c, 0x2f, 0x70, 0x3e]);
  const answers: [Buffer, Record<string, string>, string][] = [
    [Buffer.from('<p>a</p>'), { 'content-type': UTF8 }, '<p>a</p>'],
    [Buffer.from('<p>b</p>'), { 'content-type': UTF8 }, '<p>b</p>'],
    [cafe, { 'content-type': UTF8 }, '<p>é</p>'],
    [cafe, { 'content-type': LATIN1 }, '<p>Ã©</p>'],
    [
      Buffer.from(sloppy),
      { 'content-type': UTF8 },
      '<p>one</p><p>two<script>alert(1)</script></p></fragment-slot>',
    ],
    [gzipSync('<p>g</p>'), { 'content-type': UTF8, 'content-encoding': 'gzip' }, '<p>g</p>'],
    [Buffer.from('<p>p</p>'), { 'content-type': 'text/plain' }, 'Not available'],
  ];
  let now = 0;
  await using a = await startServer((_, response) => {
    const [body, headers] = answers[now] ?? [];
    response.writeHead(200, { ...headers, 'cache-control': 'private, no-cache' }).end(body);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: template.replace('></f', '>Not available</f'),
  });
  const order = [0, 0, 0, 1, 0, 2, 2, 3, 3, 2, 4, 4, 4, 5, 5, 5, 6, 0, 6, 4, 3];
  for (now of order) {
    const shown = (await raw(shop.url)).body.toString();
    expect(shown).toContain(answers[now]?.[2]);
    const coded = await raw(shop.url, { 'accept-encoding': 'gzip' });
    expect(gunzipSync(coded.body).toString()).toBe(shown);
  }
});

test('it is checked once', async () => {
  const found = vi.spyOn(RecurringHtml.prototype, 'find');
  await using a = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': UTF8 }).end('<p>sloppy<p>');
  });
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template });
  for (let time = 0; time < 3; time++) await raw(shop.url);
  const [first, second, third] = found.mock.results.map(({ value }) => value);
  expect(first).toBe(undefined);
  expect(second.html.toString()).toBe('<p>sloppy</p><p></p>');
  expect(third).toBe(second);
});

test.each<[string, Record<string, string>, Record<string, string>, number]>([
  ['asked for by anybody', {}, { 'cache-control': 'private, no-cache' }, 1],
  ['asked for with a cookie', { cookie: 'id=1' }, {}, 0],
  ['asked for with a cookie that its service does not get', { cookie: 'other=1' }, {}, 1],
  ['asked for with "no-store"', { 'cache-control': 'no-store' }, {}, 0],
  ['answered with "no-store"', {}, { 'cache-control': 'no-store' }, 0],
])('of what is %s it remembers no more than it may', async (_, asked, answered, times) => {
  const noted = vi.spyOn(RecurringHtml.prototype, 'note');
  await using a = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': UTF8, ...answered }).end('<p>a</p>');
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { forward: { cookies: ['id'] } }) },
    template,
  });
  for (let time = 0; time < 3; time++)
    expect((await raw(shop.url, asked)).body.toString()).toContain('<p>a</p>');
  expect(noted).toHaveBeenCalledTimes(times);
});
