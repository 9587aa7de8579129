import fc from 'fast-check';
import { test } from 'vitest';
import { checkHistory, steps } from '../../test/cache-model.ts';

test('no history of requests, answers, failures and purges makes the cache serve what it may not', async () => {
  await fc.assert(fc.asyncProperty(steps, checkHistory), { numRuns: 1000 });
}, 60_000);
