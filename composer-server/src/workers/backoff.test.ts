import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

test('who ends at once is started again later each time, and soon again once it has lived', () => {
  const backoff = new Backoff();
  expect(Array.from({ length: 10 }, () => backoff.after(50))).toEqual([
    100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000,
  ]);
  expect([backoff.after(10_000), backoff.after(5)]).toEqual([100, 200]);
});
