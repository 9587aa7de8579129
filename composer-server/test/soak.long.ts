import { expect, test } from 'vitest';
import { growth, soak } from './soak.ts';

test('after five minutes of visits memory and handles are where they were', async () => {
  const result = await soak(5);
  expect(result.samples.length).toBeGreaterThan(5);
  expect({ ...result, growth: growth(result) }).toMatchObject({ growth: [] });
});
