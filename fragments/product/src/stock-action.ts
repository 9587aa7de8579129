import { type Action, cacheAnswer } from '@tessera/fragment';
import { CACHE, PRODUCTS_GROUP } from './cache.ts';
import type { Catalogue } from './catalogue.ts';

/**
 * Everything in the shop with price, stock and picture, for those who mash it up in the browser.
 *
 * `?demo=fail` answers 503 instead: the dashboard shows with it what a failing team does to a page.
 */
export function stockAction(catalogue: Catalogue): Action<unknown> {
  return (request, response, { base }) => {
    if (request.query.demo === 'fail') {
      response.status(503).json({ error: { code: 'DEMONSTRATION', message: 'As you wished.' } });
      return;
    }
    const products = catalogue.search('').map(({ sku, name, priceCents, stock, variants }) => {
      return {
        sku,
        name,
        priceCents,
        stock,
        picture: `${base}assets/pictures/${variants[0]?.picture}`,
      };
    });
    cacheAnswer(response, { ...CACHE, groups: [PRODUCTS_GROUP] });
    response.json({ currency: 'EUR', products });
  };
}
