import { expect, test } from 'vitest';
import { respond } from './respond.ts';

const now = Date.UTC(2026, 0, 15);
const result = {
  kind: 'answer' as const,
  source: 'cache' as const,
  answer: {
    status: 200,
    headers: { etag: '"a"', 'content-type': 'text/css', 'content-length': '10' },
    body: Buffer.from('0123456789'),
    head: [],
    links: [],
    repairs: [],
    version: undefined,
  },
  ageSeconds: 12,
  entry: undefined,
  failure: undefined,
  status: 'tessera; hit; ttl=48',
};
const to = (headers: string[] = [], method = 'GET') => respond(result, { method, headers }, now);

test('a stored answer goes out with its age and the cache’s own status', () => {
  expect(to()).toMatchObject({
    status: 200,
    headers: { age: '12', 'cache-status': result.status },
  });
  expect(to().body).toBe(result.answer.body);
});

test('the status of caches behind this one stays in front', () => {
  const behind = { ...result.answer.headers, 'cache-status': 'origin; hit' };
  const answer = { ...result.answer, headers: behind };
  const { headers } = respond({ ...result, answer }, { method: 'GET', headers: [] }, now);
  expect(headers['cache-status']).toBe('origin; hit, tessera; hit; ttl=48');
});

test('a condition that is met is answered by 304, before any range', () => {
  const response = to(['if-none-match', 'W/"a"', 'range', 'bytes=0-1']);
  expect(response).toEqual({
    status: 304,
    headers: { etag: '"a"', age: '12', 'cache-status': result.status },
    body: undefined,
  });
});

test('a range is cut from the whole', () => {
  const response = to(['range', 'bytes=-2']);
  expect(response.body?.toString()).toBe('89');
  expect(response).toMatchObject({
    status: 206,
    headers: { 'content-range': 'bytes 8-9/10', 'content-length': '2', 'content-type': 'text/css' },
  });
  expect(to(['range', 'bytes=20-'])).toMatchObject({
    status: 416,
    headers: { 'content-range': 'bytes */10', 'content-length': '0' },
  });
});

test('HEAD has the headers of the whole and no body', () => {
  expect(to(['range', 'bytes=0-1'], 'HEAD')).toMatchObject({
    status: 200,
    headers: { 'content-length': '10' },
    body: undefined,
  });
});
