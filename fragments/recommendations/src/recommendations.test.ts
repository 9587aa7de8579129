import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFragment } from '@tessera/fragment/testing';
import { expect, test } from 'vitest';
import { recommendationsFragment } from '../fragment.ts';
import { createProductCards } from './product-cards.ts';
import type { Recommendations } from './recommendation.ts';
import { openRecommendations } from './recommendation-store.ts';
import { THEMES } from './seed.ts';

async function startRecommendations({ delayMs = 0, freshMs = 60_000 } = {}) {
  const products = createServer((request, response) => {
    const [, sku] = /^\/product\/api\/([^/]+)\/card$/.exec(request.url ?? '') ?? [];
    const colours = [{ id: 'clay', name: 'Clay', picture: `api/${sku}/picture/clay` }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ sku, name: `The ${sku}`, priceCents: 100, stock: 1, colours }));
  });
  products.listen(0, '127.0.0.1');
  await once(products, 'listening');
  const { port } = products.address() as AddressInfo;
  const stopProducts = async () => {
    if (!products.listening) return;
    products.closeAllConnections();
    products.close();
    await once(products, 'close');
  };
  const store = openRecommendations(':memory:');
  const cards = createProductCards(new URL(`http://127.0.0.1:${port}/product/`), { freshMs });
  const fragment = recommendationsFragment({ store, products: cards, delayMs });
  const service = await startFragment(fragment);
  return {
    fetch: service.fetch,
    stopProducts,
    async [Symbol.asyncDispose]() {
      await service.close();
      await stopProducts();
      store[Symbol.dispose]();
    },
  };
}

test('a product has up to four others with a reason, never itself, for everyone to keep', async () => {
  await using service = await startRecommendations();
  for (const sku of new Set(THEMES.flatMap((theme) => theme.skus))) {
    const response = await service.fetch(`api/${sku}`);
    expect(response.headers.get('cache-control')).toBe(
      'max-age=60, stale-while-revalidate=600, stale-if-error=3600',
    );
    const { items } = (await response.json()) as Recommendations;
    const others = items.map((item) => item.sku);
    expect(others).not.toContain(sku);
    expect(new Set(others).size).toBe(4);
    expect(items.every(({ reason, name }) => reason !== '' && name.startsWith('The '))).toBe(true);
  }
  expect(await (await service.fetch('api/mug-1/count')).json()).toEqual({ sku: 'mug-1', count: 4 });
});

test('a product that nothing is known about gets the favourites, and no sku at all is a 404', async () => {
  await using service = await startRecommendations();
  const { items } = (await (await service.fetch('api/no-such-thing')).json()) as Recommendations;
  expect(items.map(({ reason }) => reason)).toEqual(Array(4).fill('One of our favourites'));
  for (const path of ['api/..%2fsecret', 'api/%00', 'api/MUG']) {
    expect((await service.fetch(path)).status).toBe(404);
  }
});

test('without the product team it says so, unless it still knows the products', async () => {
  await using service = await startRecommendations({ freshMs: 0 });
  expect((await service.fetch('api/mug-1')).status).toBe(200);
  await service.stopProducts();
  expect((await service.fetch('api/mug-1')).status).toBe(200);
  const unknown = await service.fetch('api/desk-lamp');
  expect(unknown.status).toBe(503);
  expect(unknown.headers.get('cache-control')).toBe('no-store');
});

test('what is bought together comes with the most frequent first, with names where they are known', async () => {
  await using service = await startRecommendations({ freshMs: 0 });
  const { pairs } = await (await service.fetch('api/pairs')).json();
  const times = pairs.map((pair: { times: number }) => pair.times);
  expect(times).toEqual(times.toSorted((a: number, b: number) => b - a));
  expect(times.length).toBeGreaterThan(4);
  const [{ sku, name, with: other, withName }] = pairs;
  expect([name, withName]).toEqual([`The ${sku}`, `The ${other}`]);
});

test('without the product team the pairs come without names', async () => {
  await using service = await startRecommendations();
  await service.stopProducts();
  const { pairs } = await (await service.fetch('api/pairs')).json();
  expect(pairs.length).toBeGreaterThan(4);
  expect(Object.keys(pairs[0])).toEqual(['sku', 'with', 'times']);
});

test('a visitor who leaves ends the wait of a slow answer', async () => {
  await using service = await startRecommendations({ delayMs: 600_000 });
  const leaving = new AbortController();
  const asked = service.fetch('api/mug-1', { signal: leaving.signal });
  leaving.abort();
  await expect(asked).rejects.toThrow('abort');
});
