import { expect, test } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

test('one of ten calls may be repeated, and a few more at once', () => {
  let now = 0;
  const budget = new RetryBudget(() => now);
  let repeated = 0;
  for (let call = 0; call < 1000; call++) {
    budget.note();
    if (budget.take()) repeated++;
  }
  expect(repeated).toBeGreaterThanOrEqual(105);
  expect(repeated).toBeLessThanOrEqual(111);
  expect(budget.take()).toBe(false);
  // What is saved is bounded.
  now += 3_600_000;
  let reserve = 0;
  while (budget.take()) reserve++;
  expect(reserve).toBe(10);
});
