import { type Action, cacheAnswer, notFound } from '@tessera/fragment';
import { CACHE, productGroup } from './cache.ts';
import type { Product } from './product.ts';

type ProductAction = Action<{ readonly sku: string }>;
type PictureAction = Action<{ readonly sku: string; readonly colour: string }>;

/**
 * What other teams may ask about a product, all of it public and kept as long as its page. `find` throws for one that does not exist (404).
 *
 * - `api/:sku/price` → `{ sku, name, priceCents, currency }`
 * - `api/:sku/stock` → `{ sku, stock }`
 * - `api/:sku/card` → `{ sku, name, priceCents, currency, stock, colours: [{ id, name, picture }] }`: all it takes to sell
 *   or recommend it. The first colour is shown first; `picture` is relative to this fragment's base.
 * - `api/:sku/picture/:colour` → redirects to the picture as it is now; this address stays when the picture changes.
 */
export function productApi(find: (sku: string) => Product) {
  const keep = (response: Parameters<ProductAction>[1], sku: string) =>
    cacheAnswer(response, { ...CACHE, groups: [productGroup(sku)] });
  const price: ProductAction = (_request, response, { params }) => {
    const { sku, name, priceCents } = find(params.sku);
    keep(response, sku);
    response.json({ sku, name, priceCents, currency: 'EUR' });
  };
  const stock: ProductAction = (_request, response, { params }) => {
    const { sku, stock } = find(params.sku);
    keep(response, sku);
    response.json({ sku, stock });
  };
  const card: ProductAction = (_request, response, { params }) => {
    const { sku, name, priceCents, stock, variants } = find(params.sku);
    const colours = variants.map(({ id, name }) => {
      return { id, name, picture: `api/${sku}/picture/${id}` };
    });
    keep(response, sku);
    response.json({ sku, name, priceCents, currency: 'EUR', stock, colours });
  };
  const picture: PictureAction = (_request, response, { params, base }) => {
    const found = find(params.sku).variants.find(({ id }) => id === params.colour);
    if (!found) throw notFound('It does not come in this colour.');
    response.setHeader('cache-control', 'public, max-age=3600');
    response.status(302).setHeader('location', `${base}assets/pictures/${found.picture}`).end();
  };
  return {
    'GET api/:sku/price': price,
    'GET api/:sku/stock': stock,
    'GET api/:sku/card': card,
    'GET api/:sku/picture/:colour': picture,
  };
}
