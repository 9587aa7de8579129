import { expect, test } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.ts';

const LONG_MS = 60_000;

test('so many at once get in, some wait in their order, the rest is turned away at once', async () => {
  const limit = new ConcurrencyLimit(2, 2);
  expect(limit.enter(LONG_MS, undefined)).toBe('in');
  expect(limit.enter(LONG_MS, undefined)).toBe('in');
  const order: string[] = [];
  const third = Promise.resolve(limit.enter(LONG_MS, undefined)).then(() => order.push('third'));
  const fourth = Promise.resolve(limit.enter(LONG_MS, undefined)).then(() => order.push('fourth'));
  expect(limit.enter(LONG_MS, undefined)).toBe('full');
  expect([limit.active, limit.queued]).toEqual([2, 2]);
  limit.leave();
  await third;
  limit.leave();
  await fourth;
  expect(order).toEqual(['third', 'fourth']);
  expect([limit.active, limit.queued]).toEqual([2, 0]);
  limit.leave();
  limit.leave();
  expect(limit.active).toBe(0);
});

test('who waits too long or does not want it any more leaves its place in the line', async () => {
  const limit = new ConcurrencyLimit(1, 5);
  limit.enter(LONG_MS, undefined);
  const visitor = new AbortController();
  const left = limit.enter(LONG_MS, visitor.signal);
  const late = limit.enter(5, undefined);
  const patient = limit.enter(LONG_MS, undefined);
  visitor.abort();
  expect(await left).toBe('left');
  expect(await late).toBe('full');
  expect(limit.queued).toBe(1);
  limit.leave();
  expect(await patient).toBe('in');
  expect(limit.enter(0, undefined)).toBe('full');
  expect(await limit.enter(LONG_MS, visitor.signal)).toBe('left');
});
