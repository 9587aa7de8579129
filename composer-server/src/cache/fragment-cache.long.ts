import fc from 'fast-check';
import { test } from 'vitest';
import { checkHistory, steps } from '../../test/cache-model.ts';

test('ten times as many histories as in every test run', async () => {
  const property = fc.asyncProperty(steps, async (history) => {
    await checkHistory(history);
    await checkHistory(history, { assembled: true });
  });
  await fc.assert(property, { numRuns: 10_000 });
});
