import { expect, test } from 'vitest';
import type { ResponseHeaders } from '../headers.ts';
import { judgeStorable, storedHeaders } from './storable.ts';

const judge = (headers: ResponseHeaders, request: string[] = [], status = 200, method = 'GET') => {
  const verdict = judgeStorable({ method, headers: request }, { status, headers });
  return verdict.ok ? 'yes' : verdict.reason;
};
const fresh = { 'cache-control': 'max-age=60' };

test.each<[string, string]>([
  ['max-age=60', 'yes'],
  ['no-store', 'no-store'],
  ['No-StOrE, max-age=60', 'no-store'],
  ['PRIVATE, max-age=60', 'private'],
  ['private="x-user", max-age=60', 'yes'],
  ['no-cache', 'yes'],
])('RFC 9111 §3: an answer with %j is kept: %s', (control, verdict) => {
  expect(judge({ 'cache-control': control })).toBe(verdict);
});

test.each([200, 203, 204, 299, 301, 302, 307, 308, 400, 404, 410, 499, 500, 503, 599])(
  '§3: an answer %d with a lifetime is kept',
  (status) => expect(judge(fresh, [], status)).toBe('yes'),
);

test.each([206, 304, 101, 600])('§3.3: an answer %d is never kept as a whole', (status) => {
  expect(judge(fresh, [], status)).toBe('status');
});

test('§3: only answers whose status is known to allow it are kept without a lifetime', () => {
  expect(judge({}, [], 200)).toBe('yes');
  expect(judge({}, [], 404)).toBe('yes');
  expect(judge({}, [], 302)).toBe('no-freshness');
  expect(judge({}, [], 500)).toBe('no-freshness');
  expect(judge({ 'cache-control': 'public' }, [], 500)).toBe('yes');
});

test('answers about the conditions, the range or the size of one request are not kept', () => {
  for (const status of [206, 304, 412, 413, 416, 417, 431])
    expect(judge(fresh, [], status)).toBe('status');
});

test('§2: only answers to GET are kept', () => {
  expect(judge(fresh, [], 200, 'POST')).toBe('method');
  expect(judge(fresh, [], 200, 'HEAD')).toBe('method');
});

test('§5.2.2.3: must-understand turns no-store off for a status that is understood', () => {
  const headers = { 'cache-control': 'max-age=60, no-store, must-understand' };
  expect(judge(headers, [], 200)).toBe('yes');
  expect(judge(headers, [], 599)).toBe('must-understand');
});

test.each<[string, string]>([
  ['max-age=60', 'authorization'],
  ['max-age=60, public', 'yes'],
  ['max-age=60, must-revalidate', 'yes'],
  ['s-maxage=60', 'yes'],
  ['private, s-maxage=60', 'private'],
])('§3.5: asked with authorization, an answer with %j is kept: %s', (control, verdict) => {
  expect(judge({ 'cache-control': control }, ['authorization', 'Bearer x'])).toBe(verdict);
});

test('what was asked with a cookie is kept only if it varies by cookie or says public', () => {
  const cookie = ['cookie', 'session=1'];
  expect(judge(fresh, cookie)).toBe('cookie');
  expect(judge({ 'cache-control': 's-maxage=60' }, cookie)).toBe('cookie');
  expect(judge({ ...fresh, vary: 'accept, Cookie' }, cookie)).toBe('yes');
  expect(judge({ 'cache-control': 'max-age=60, public' }, cookie)).toBe('yes');
});

test('what sets a cookie is never kept', () => {
  expect(judge({ 'cache-control': 'public, max-age=60', 'set-cookie': ['a=b'] })).toBe(
    'set-cookie',
  );
});

test.each(['*', '*, *', ', *', 'foo, *', '*, foo'])('§4.1: vary: %s is never kept', (vary) => {
  expect(judge({ ...fresh, vary })).toBe('vary-any');
  expect(judge({ ...fresh, vary: ['', vary] })).toBe('vary-any');
});

test('what varies by too much is not kept', () => {
  const vary = Array.from({ length: 11 }, (_, at) => `x-${at}`).join(', ');
  expect(judge({ ...fresh, vary })).toBe('vary-too-long');
});

test('RFC 9213: a targeted field decides alone', () => {
  expect(judge({ 'cache-control': 'no-store', 'cdn-cache-control': 'max-age=60' })).toBe('yes');
  expect(judge({ ...fresh, 'cdn-cache-control': 'no-store' })).toBe('no-store');
  expect(judge({ ...fresh, 'cdn-cache-control': 'private' })).toBe('private');
});

test('§3.1: fields of the connection and those that are named private are not kept', () => {
  const stored = storedHeaders({
    'cache-control': ['private="x-user", no-cache="x-etag"', 'max-age=60'],
    connection: 'A , b',
    a: '1',
    b: '2',
    c: '3',
    'x-user': 'ann',
    'x-etag': 'y',
    'keep-alive': 'timeout=5',
    'proxy-authenticate': 'Basic',
    'transfer-encoding': 'chunked',
    age: '30',
    'x-list': ['1', '2'],
  });
  expect(Object.keys(stored).sort()).toEqual(['c', 'cache-control', 'x-list']);
});
