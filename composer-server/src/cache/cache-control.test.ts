import { expect, test } from 'vitest';
import { requestDirectives, responseDirectives } from './cache-control.ts';

const read = (cacheControl: string | string[], cdn?: string) =>
  responseDirectives({
    'cache-control': cacheControl,
    ...(cdn !== undefined && { 'cdn-cache-control': cdn }),
  }).control;

test.each([
  // RFC 9111 §1.2.2, §4.2.1: what is no number makes the answer stale; what does not fit is very large.
  ['max-age=60', 60],
  ['max-age=0060', 60],
  ['MAX-Age=60', 60],
  ['max-age="60"', 60],
  ['max-age=99999999999999999999', 2 ** 31],
  ['max-age', 0],
  ['max-age=', 0],
  ['max-age=-60', 0],
  ['max-age=60.0', 0],
  ['max-age=60s', 0],
  ["max-age='60'", 0],
  ['max-age =60', 0],
  ['max-age= 60', 0],
  ['max-age=1, max-age=60', 1],
  [['max-age=60', 'max-age=1'], 60],
  ['max-stale=60', undefined],
  // RFC 9111 §5.2: a quoted string is one value, whatever it looks like.
  ['extension="max-age=3600", max-age=1', 1],
  ['max-age=1, extension="a, max-age=3600"', 1],
  ['extension="a\\"b, max-age=3600", max-age=1', 1],
  ['extension="never closed, max-age=1', 1],
  [', ,max-age=1,,', 1],
])('§5.2.2.1: the max-age of %j is %j', (field, seconds) => {
  expect(read(field).maxAge).toBe(seconds);
});

test.each([
  ['No-StOrE', { noStore: true }],
  ['PRIVATE', { private: true, privateFields: [] }],
  ['private="Set-Cookie, x-user"', { private: false, privateFields: ['set-cookie', 'x-user'] }],
  ['private=""', { private: true }],
  ['private="never closed', { private: true }],
  ['No-Cache', { noCache: true }],
  ['no-cache="A,b"', { noCache: false, noCacheFields: ['a', 'b'] }],
  ['no-cache, no-cache="a"', { noCache: true }],
  ['private="a", private', { private: true }],
  ['no-store=1', { noStore: true }],
  ['must-revalidate, proxy-revalidate', { mustRevalidate: true, proxyRevalidate: true }],
  ['must-understand,public', { mustUnderstand: true, public: true }],
  ['stale-while-revalidate=5, stale-if-error=7', { staleWhileRevalidate: 5, staleIfError: 7 }],
  ['stale-while-revalidate', { staleWhileRevalidate: 0 }],
  ['xno-store', { noStore: false }],
])('§5.2.2: %j is understood', (field, expected) => {
  expect(read(field)).toMatchObject(expected);
});

test.each([
  // RFC 9213 §2.1: a valid, non-empty dictionary hides cache-control; anything else is ignored.
  ['max-age=60', { maxAge: 60, noStore: false }],
  ['max-age=60;ignored=1, private', { maxAge: 60, private: true }],
  ['MaX-aGe=60', { maxAge: 60 }],
  ['PRIVATE', { private: true, noStore: false }],
  ['no-store=?0, max-age=1', { noStore: false, maxAge: 1 }],
  ['no-cache="a"', { noCacheFields: ['a'], noStore: false }],
  ['max-age=-1', { maxAge: 0, noStore: false }],
  ['foo', { noStore: false, maxAge: undefined }],
  ['', { noStore: true }],
  ['max-age="60"', { noStore: true }],
  ['max-age=6.5', { noStore: true }],
  ['max-age =60', { noStore: true }],
  ['max-age=60, &&&', { noStore: true }],
  ['max-age=60,', { noStore: true }],
])('RFC 9213: cdn-cache-control %j beside cache-control: no-store', (cdn, expected) => {
  expect(read('no-store', cdn)).toMatchObject(expected);
});

test('§5.2.1: request directives are read in any letter case', () => {
  expect(requestDirectives('No-Cache, MAX-AGE=3, min-fresh="4", max-stale')).toMatchObject({
    noCache: true,
    maxAge: 3,
    minFresh: 4,
    maxStale: Infinity,
  });
  expect(
    requestDirectives('only-if-cached, max-stale=5, stale-if-error=6, no-store'),
  ).toMatchObject({
    onlyIfCached: true,
    maxStale: 5,
    staleIfError: 6,
    noStore: true,
  });
  expect(requestDirectives(undefined)).toMatchObject({ noCache: false, maxAge: undefined });
});

test('the largest header that a server takes is read in linear time', () => {
  const started = performance.now();
  const baseline = JSON.stringify(JSON.parse(`[${'"a",'.repeat(4000)}"a"]`)).length;
  const unit = performance.now() - started;
  const hostile = ['"\\'.repeat(8000), ' '.repeat(16_000), '"'.repeat(15_999), '=;,'.repeat(5000)];
  const began = performance.now();
  for (const field of hostile) {
    requestDirectives(field);
    read(field, field);
  }
  // Quadratic work on 16 KB takes hundreds of milliseconds; this takes a few.
  expect(performance.now() - began).toBeLessThan(100 + 200 * unit);
  expect(baseline).toBeGreaterThan(0);
});
