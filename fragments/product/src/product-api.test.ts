import { type Fragment, notFound } from '@tessera/fragment';
import { startFragment } from '@tessera/fragment/testing';
import { expect, test } from 'vitest';
import { productFragments } from '../fragment.ts';
import { openCatalogue } from './catalogue.ts';
import { PRODUCTS } from './seed.ts';

function productFragment(catalogue: ReturnType<typeof openCatalogue>): Fragment {
  const fragment = productFragments(catalogue).find(({ name }) => name === 'product');
  if (!fragment) throw notFound();
  return fragment;
}

test('price, stock and card of every product are public and short-lived', async () => {
  using catalogue = openCatalogue(':memory:');
  await using service = await startFragment(productFragment(catalogue));
  for (const { sku, name, priceCents, stock, colours } of PRODUCTS) {
    const answers = await Promise.all(
      ['price', 'stock', 'card'].map((what) => service.fetch(`api/${sku}/${what}`)),
    );
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toMatch(/^max-age=10, .*stale-if-error=3600$/);
      expect(headers.get('cache-groups')).toBe(`"product-${sku}"`);
    }
    const [price, inStock, card] = await Promise.all(answers.map((answer) => answer.json()));
    expect(price).toEqual({ sku, name, priceCents, currency: 'EUR' });
    expect(inStock).toEqual({ sku, stock });
    expect(card).toMatchObject({ sku, name, priceCents, currency: 'EUR', stock });
    expect(card.colours).toHaveLength(colours.length);
  }
});

test('the picture of a card leads to the picture as it is now', async () => {
  using catalogue = openCatalogue(':memory:');
  await using service = await startFragment(productFragment(catalogue));
  const { colours } = await (await service.fetch('api/mug-1/card')).json();
  for (const { picture } of colours) {
    const redirect = await service.fetch(picture);
    expect(redirect.status).toBe(302);
    const location = redirect.headers.get('location') ?? '';
    expect(location).toMatch(/^\/_fragments\/product\/assets\/pictures\/mug-1-/);
    const svg = await service.fetch(location.replace('/_fragments/product/', ''));
    expect(svg.headers.get('content-type')).toContain('image/svg+xml');
    expect(svg.headers.get('cache-control')).toContain('immutable');
  }
});

test('what does not exist is a 404', async () => {
  using catalogue = openCatalogue(':memory:');
  await using service = await startFragment(productFragment(catalogue));
  for (const path of [
    'api/no-such-thing/card',
    'api/no-such-thing/price',
    'api/MUG-1/stock',
    'api/mug-1/picture/plaid',
    'api/mug-1/picture/..%2f..%2fsecret',
  ]) {
    expect((await service.fetch(path)).status).toBe(404);
  }
});
