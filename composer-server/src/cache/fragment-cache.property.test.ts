import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkHistory, longHistories, steps } from '../../test/cache-model.ts';

test('no history of requests, answers, failures and purges makes the cache serve what it may not', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => void (await checkHistory(history))),
    { numRuns: 1000 },
  );
}, 60_000);

test('nor the pages that are assembled of what it holds', async () => {
  let given = 0;
  const property = fc.asyncProperty(longHistories, async (history) => {
    given += await checkHistory(history, { assembled: true });
  });
  await fc.assert(property, { numRuns: 1000 });
  expect(given).toBeGreaterThan(100);
}, 60_000);
