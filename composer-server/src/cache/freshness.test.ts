import { expect, test } from 'vitest';
import type { ResponseHeaders } from '../headers.ts';
import { ageSeconds, initialAge, windowsOf } from './freshness.ts';
import { parseHttpDate } from './http-date.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const at = (seconds: number) => new Date(now + seconds * 1000).toUTCString();
const times = { requestedAt: now, receivedAt: now };
/** How many seconds from now it is fresh. */
const freshFor = (headers: ResponseHeaders) => (windowsOf(headers, times).freshUntil - now) / 1000;

test.each([
  ['Thu, 18 Aug 2050 02:01:18 GMT', Date.UTC(2050, 7, 18, 2, 1, 18)],
  ['THU, 18 AUG 2050 02:01:18 gmt', Date.UTC(2050, 7, 18, 2, 1, 18)],
  ['Thursday, 18-Aug-50 02:01:18 GMT', Date.UTC(2050, 7, 18, 2, 1, 18)],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Thu Aug  8 02:01:18 2050', Date.UTC(2050, 7, 8, 2, 1, 18)],
  ['Thu Aug 18 02:01:18 2050', Date.UTC(2050, 7, 18, 2, 1, 18)],
  ['Sun, 21 Nov 2286 04:46:39 GMT', Date.UTC(2286, 10, 21, 4, 46, 39)],
  ['0', undefined],
  ['-1', undefined],
  ['', undefined],
  ['Thu, 18 Aug 2050 02:01:18 UTC', undefined],
  ['Thu, 18 Aug 2050 02:01:18 AEST', undefined],
  ['Thu, 18 Aug 2050 02:01:18', undefined],
  ['Thu, 18 Aug 50 02:01:18 GMT', undefined],
  ['Thu 18 Aug 2050 02:01:18 GMT', undefined],
  ['Thu, 18  Aug  2050 02:01:18 GMT', undefined],
  ['Thu, 18-Aug-2050 02:01:18 GMT', undefined],
  ['Thu, 18 Aug 2050 02.01.18 GMT', undefined],
  ['Thu, 18 Aug 2050 2:01:18 GMT', undefined],
  ['Thu, 18 Aug 2050 24:01:18 GMT', undefined],
  ['Thu, 31 Feb 2050 02:01:18 GMT', undefined],
  ['Thu, 18 Foo 2050 02:01:18 GMT', undefined],
  ['2050-08-18T02:01:18Z', undefined],
])('RFC 9110 §5.6.7: the date %j', (text, time) => {
  expect(parseHttpDate(text, now)).toBe(time);
});

test.each<[ResponseHeaders, number]>([
  // RFC 9111 §4.2.1: s-maxage, then max-age, then expires.
  [{ 'cache-control': 'max-age=60' }, 60],
  [{ 'cache-control': 's-maxage=10, max-age=60' }, 10],
  [{ 'cache-control': ['max-age=0', 's-maxage=60'], expires: at(-10) }, 60],
  [{ 'cache-control': 'max-age=60', expires: at(-10) }, 60],
  [{ 'cache-control': 'max-age=0', expires: at(60) }, 0],
  [{ expires: at(60), date: at(0) }, 60],
  [{ expires: at(60) }, 60],
  [{ expires: at(60), date: 'nonsense' }, 60],
  [{ expires: at(-60), date: at(0) }, 0],
  [{ expires: at(0), date: at(0) }, 0],
  [{ expires: at(300), date: at(400) }, 0],
  // §5.3: several, or one that is no date, are in the past.
  [{ expires: '0' }, 0],
  [{ expires: ['nonsense', at(60)] }, 0],
  // No heuristic (§4.2.2).
  [{ 'last-modified': at(-100_000) }, 0],
  [{}, 0],
  // §4.2.3: age and date count.
  [{ 'cache-control': 'max-age=60', age: '20' }, 40],
  [{ 'cache-control': 'max-age=60', age: '90' }, -30],
  [{ 'cache-control': 'max-age=60', date: at(-20) }, 40],
  [{ 'cache-control': 'max-age=60', date: at(20) }, 60],
  [{ expires: at(10), date: at(-10), age: '25' }, -5],
  [{ expires: at(20), date: at(10), age: '15' }, -5],
  // RFC 9213 §2.2: a targeted field wins over all others.
  [{ 'cdn-cache-control': 'max-age=60', 'cache-control': 's-maxage=1', expires: at(-1) }, 60],
  [{ 'cdn-cache-control': 'max-age=1', 'cache-control': 'max-age=3600' }, 1],
  [{ 'cdn-cache-control': 'public', 'cache-control': 'max-age=3600', expires: at(60) }, 0],
  [{ 'cdn-cache-control': 'max-age="60"', 'cache-control': 'max-age=5' }, 5],
])('§4.2: %j is fresh for %d s', (headers, seconds) => {
  expect(freshFor(headers)).toBe(seconds);
});

test.each([
  // §5.1: the first value counts, what is no number is ignored.
  ['30', 30],
  ['7200, 0', 7200],
  ['0, 7200', 0],
  [['7200', '0'], 7200],
  [['0', '7200'], 0],
  ['abc', 0],
  ['-7200', 0],
  ['7200.0', 0],
  ['2147483649', 2 ** 31],
])('§5.1: an age of %j is %d s', (age, seconds) => {
  expect(initialAge({ age }, times)).toBe(seconds * 1000);
});

test('§4.2.3: the time that a request took counts as age', () => {
  const slow = { requestedAt: now - 4000, receivedAt: now };
  expect(initialAge({ age: '10' }, slow)).toBe(14_000);
  expect(ageSeconds(windowsOf({ age: '10' }, slow), now + 1500)).toBe(15);
});

test('§5.2.2.4: an answer with no-cache is never fresh, one with no-cache="field" may be', () => {
  expect(freshFor({ 'cache-control': 'no-cache, max-age=60' })).toBe(-Infinity);
  expect(freshFor({ 'cache-control': 'no-cache="a", max-age=60' })).toBe(60);
});

test('RFC 5861: the windows for stale answers begin where freshness ends', () => {
  const windows = windowsOf(
    { 'cache-control': 'max-age=10, stale-while-revalidate=20, stale-if-error=30' },
    times,
  );
  expect((windows.revalidateUntil - now) / 1000).toBe(30);
  expect((windows.errorUntil - now) / 1000).toBe(40);
});

test.each(['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=10'])(
  '§4.2.4: %s allows no stale answers, whatever else is said',
  (directive) => {
    const windows = windowsOf(
      { 'cache-control': `max-age=10, stale-while-revalidate=20, stale-if-error=30, ${directive}` },
      times,
    );
    expect(windows).toMatchObject({
      mayBeStale: false,
      revalidateUntil: windows.freshUntil,
      errorUntil: windows.freshUntil,
    });
  },
);
