import fc from 'fast-check';
import { test } from 'vitest';
import { checkHistory, steps } from '../../test/cache-model.ts';

test('ten times as many histories as in every test run', async () => {
  await fc.assert(fc.asyncProperty(steps, checkHistory), { numRuns: 10_000 });
});
