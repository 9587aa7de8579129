import { expect, test } from 'vitest';
import { answerRange } from './range.ts';
import {
  conditionalHeaders,
  isAboutStored,
  isNotModified,
  notModifiedHeaders,
  updatedHeaders,
} from './validation.ts';

const now = Date.UTC(2026, 0, 15);
const lastModified = 'Wed, 01 Jan 2020 00:00:00 GMT';

test('§4.3.1: both validators are sent, as they came', () => {
  expect(conditionalHeaders({ etag: 'W/"a"', 'last-modified': lastModified })).toEqual([
    'if-none-match',
    'W/"a"',
    'if-modified-since',
    lastModified,
  ]);
  expect(conditionalHeaders({})).toEqual([]);
});

test('§3.2: a 304 brings header fields up to date, but not those that describe the bytes', () => {
  const stored = {
    a: '1',
    b: '1',
    etag: '"x"',
    'content-length': '10',
    'content-type': 'text/html',
  };
  const updated = updatedHeaders(stored, {
    a: '2',
    c: '3',
    'content-length': '0',
    'content-type': 'text/plain',
  });
  expect(updated).toEqual({ ...stored, a: '2', c: '3' });
  const ofConnection = { connection: 'a', a: '2', c: '3' };
  expect(updatedHeaders(stored, ofConnection)).toEqual({ ...stored, c: '3' });
  // Without a date of its own a 304 is as old as its arrival, not as what it speaks of.
  expect(updatedHeaders({ date: lastModified, a: '1' }, {})).toEqual({ a: '1' });
});

test('§4.3.4: a 304 with another strong validator does not speak of the stored answer', () => {
  expect(isAboutStored({ etag: '"a"' }, { etag: '"a"' })).toBe(true);
  expect(isAboutStored({ etag: '"a"' }, { etag: '"b"' })).toBe(false);
  expect(isAboutStored({ etag: '"a"' }, { etag: 'W/"b"' })).toBe(true);
  expect(isAboutStored({ etag: '"a"' }, {})).toBe(true);
});

test.each([
  ['"a"', '"a"', true],
  ['"a"', 'W/"a"', true],
  ['W/"a"', '"a"', true],
  ['"a"', '"x", "a"', true],
  ['"a"', '"x","a","y"', true],
  ['"a"', '*', true],
  ['"a"', '"b"', false],
  ['"a,b"', '"a", "b"', false],
  ['"a,b"', '"x", "a,b"', true],
  ['"a"', '', false],
  [undefined, '"a"', false],
  [undefined, '*', true],
])('§4.3.2: etag %s answers if-none-match %s with 304: %s', (etag, condition, expected) => {
  const stored = { status: 200, headers: etag === undefined ? {} : { etag } };
  expect(isNotModified(stored, ['if-none-match', condition], now)).toBe(expected);
});

test.each([
  [{ 'last-modified': lastModified }, lastModified, true],
  [{ 'last-modified': lastModified }, 'Thu, 02 Jan 2020 00:00:00 GMT', true],
  [{ 'last-modified': lastModified }, 'Wednesday, 01-Jan-20 00:00:00 GMT', true],
  [{ 'last-modified': lastModified }, 'Tue, 31 Dec 2019 00:00:00 GMT', false],
  [{ date: lastModified }, lastModified, true],
  [{}, lastModified, false],
  [{ 'last-modified': lastModified }, 'nonsense', false],
])('§4.3.2: %j answers if-modified-since %s with 304: %s', (headers, since, expected) => {
  expect(isNotModified({ status: 200, headers }, ['if-modified-since', since], now)).toBe(expected);
});

test('RFC 9110 §13.2.2: if-none-match wins over if-modified-since', () => {
  const stored = { status: 200, headers: { etag: '"a"', 'last-modified': lastModified } };
  const request = ['if-none-match', '"b"', 'if-modified-since', lastModified];
  expect(isNotModified(stored, request, now)).toBe(false);
});

test('only a 200 is answered by a 304, which carries validators and cache policy', () => {
  expect(
    isNotModified({ status: 404, headers: { etag: '"a"' } }, ['if-none-match', '*'], now),
  ).toBe(false);
  expect(notModifiedHeaders({ etag: '"a"', 'content-type': 'text/html', vary: 'a' })).toEqual({
    etag: '"a"',
    vary: 'a',
  });
});

const whole = {
  status: 200,
  headers: { etag: '"a"', 'last-modified': lastModified },
  body: Buffer.from('0123456789'),
};
test.each([
  ['bytes=0-1', '01', 'bytes 0-1/10'],
  ['bytes=5-', '56789', 'bytes 5-9/10'],
  ['bytes=-3', '789', 'bytes 7-9/10'],
  ['bytes=-30', '0123456789', 'bytes 0-9/10'],
  ['bytes=8-99', '89', 'bytes 8-9/10'],
  ['Bytes=0-0', '0', 'bytes 0-0/10'],
])('RFC 9110 §14: %s of a whole answer', (range, text, contentRange) => {
  const answer = answerRange(whole, ['range', range]);
  expect(answer).toMatchObject({ status: 206, contentRange });
  expect(answer?.status === 206 && answer.body.toString()).toBe(text);
});

test.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('§15.5.17: %s is a 416', (range) => {
  expect(answerRange(whole, ['range', range])).toEqual({ status: 416, contentRange: 'bytes */10' });
});

test.each(['bytes=0-1,3-4', 'bytes=3-1', 'lines=0-1', 'bytes=a-b', 'bytes=-', ''])(
  '§14.2: a range of %j is ignored',
  (range) => expect(answerRange(whole, ['range', range])).toBeUndefined(),
);

test.each([
  ['"a"', true],
  ['"b"', false],
  ['W/"a"', false],
  [lastModified, true],
  ['Thu, 02 Jan 2020 00:00:00 GMT', false],
])('§13.1.5: with if-range %s the range counts: %s', (ifRange, counts) => {
  const answer = answerRange(whole, ['range', 'bytes=0-1', 'if-range', ifRange]);
  expect(answer !== undefined).toBe(counts);
});
