import { defineFragment } from '@tessera/fragment';
import { startFragment } from '@tessera/fragment/testing';
import { expect, test } from 'vitest';
import { newestAction, ratingAction } from './opinion-actions.ts';
import { openReviews } from './review-store.ts';

/** The team's reviews without its widget, which would need a build. */
function opinions() {
  const store = openReviews(':memory:');
  const actions = {
    'GET api/newest': newestAction(store),
    'GET api/:sku/rating': ratingAction(store),
  };
  return { store, fragment: defineFragment({ name: 'reviews', version: '1', actions }) };
}

test('the newest review of all products comes first, and counts', async () => {
  const { store, fragment } = opinions();
  await using reviews = await startFragment(fragment);
  const read = async () => (await reviews.fetch('api/newest')).json();
  const before = await read();
  store.add({ sku: 'lamp', name: 'Ada', stars: 2, text: 'Dark.', day: '2099-01-01' });
  const after = await read();
  expect(after.newest).toHaveLength(3);
  expect(after.newest[0]).toMatchObject({ sku: 'lamp', name: 'Ada', stars: 2 });
  expect(before.newest[0]).toMatchObject({ productName: expect.stringMatching(/^[A-Z]/) });
  expect(after.spread[1]).toBe(before.spread[1] + 1);
});

test('the rating is the product’s own, and none where nobody rated', async () => {
  const { store, fragment } = opinions();
  await using reviews = await startFragment(fragment);
  const read = async (sku: string) => (await reviews.fetch(`api/${sku}/rating`)).json();
  expect(await read('new-thing')).toEqual({ sku: 'new-thing', count: 0, average: null });
  for (const stars of [4, 5])
    store.add({ sku: 'new-thing', name: 'Ada', stars, text: 'Good.', day: '2026-01-01' });
  expect(await read('new-thing')).toEqual({ sku: 'new-thing', count: 2, average: 4.5 });
});
