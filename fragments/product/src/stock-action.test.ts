import { defineFragment } from '@tessera/fragment';
import { startFragment } from '@tessera/fragment/testing';
import { expect, test } from 'vitest';
import { openCatalogue } from './catalogue.ts';
import { stockAction } from './stock-action.ts';

test('the stock list has every product, with a picture that the page can show', async () => {
  using catalogue = openCatalogue(':memory:');
  const actions = { 'GET api/stock': stockAction(catalogue) };
  await using product = await startFragment(
    defineFragment({ name: 'product', version: '1', actions }),
  );
  const response = await product.fetch('api/stock');
  expect(response.headers.get('cache-groups')).toBe('"products"');
  const { products } = await response.json();
  expect(products).toHaveLength(catalogue.search('').length);
  expect(products.find(({ sku }: { sku: string }) => sku === 'mug-1')).toMatchObject({
    name: 'Harbour Mug',
    priceCents: 1800,
    picture: expect.stringMatching(/^\/_fragments\/product\/assets\/pictures\/mug-1-.+\.svg$/),
  });
  const demonstration = await product.fetch('api/stock?demo=fail');
  expect(demonstration.status).toBe(503);
  expect(demonstration.headers.get('cache-control')).toBe('private, no-cache');
});
