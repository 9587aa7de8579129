import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openReviews } from './review-store.ts';

const review = { sku: 'mug-1', name: 'Ada', stars: 1, text: 'It leaks.', day: '2099-01-01' };

/** A composer's purge endpoint that notes the groups it is told. */
async function startComposer() {
  const told: (readonly string[])[] = [];
  const server = createServer(async (request, response) => {
    const body: unknown = await json(request);
    const { groups }: { groups?: string[] } = Object(body);
    if (request.headers.authorization === 'Bearer secret') told.push(groups ?? []);
    response.end(JSON.stringify({ dropped: 1, everywhere: true }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    told,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('a review is told to the composers with everything that it outdates', async () => {
  await using composer = await startComposer();
  const listeners = { composers: composer.url, purgeToken: 'secret' };
  await using store = openReviews(':memory:', listeners);
  store.add(review);
  await expect.poll(() => composer.told).toHaveLength(2);
  expect(composer.told.flat().toSorted()).toEqual([
    'reviews-mug-1',
    'reviews-newest',
    'reviews-summary-mug-1',
  ]);
});

test('a review that cannot be stored is not told', async () => {
  await using composer = await startComposer();
  const listeners = { composers: composer.url, purgeToken: 'secret' };
  await using store = openReviews(':memory:', listeners);
  const before = store.summary('mug-1');
  expect(() => store.add({ ...review, stars: 6 })).toThrow('CHECK');
  expect(store.summary('mug-1')).toEqual(before);
  store.addProduct('brand-new');
  store.addProduct('brand-new');
  await expect.poll(() => composer.told).toEqual([['reviews-brand-new']]);
});

test('the summary is what the reviews say, after each of them and after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-reviews-'));
  const file = join(folder, 'reviews.sqlite');
  const fromReviews = (store: ReturnType<typeof openReviews>) => {
    const stars = store.of('mug-1').map((one) => one.stars);
    return { count: stars.length, average: stars.reduce((a, b) => a + b, 0) / stars.length };
  };
  {
    await using store = openReviews(file);
    expect(store.summary('mug-1')).toEqual(fromReviews(store));
    expect(store.summary('nothing')).toEqual({ count: 0, average: null });
    for (const stars of [1, 5, 2]) store.add({ ...review, stars });
    expect(store.summary('mug-1')).toEqual({ count: 8, average: 30 / 8 });
  }
  {
    await using store = openReviews(file);
    expect(store.summary('mug-1')).toEqual({ count: 8, average: 30 / 8 });
  }
  {
    // Written by an older release: a file without summaries.
    using database = new DatabaseSync(file);
    database.exec('DROP TABLE summaries; DROP TABLE outbox_projections');
  }
  {
    await using store = openReviews(file);
    expect(store.summary('mug-1')).toEqual(fromReviews(store));
  }
  await rm(folder, { recursive: true });
});
