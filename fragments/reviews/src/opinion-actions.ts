import { setTimeout as delay } from 'node:timers/promises';
import type { Action } from '@tessera/fragment';
import { PRODUCT_NAMES } from './product-names.ts';
import type { ReviewStore } from './review-store.ts';

/** How long `?demo=slow` takes, in milliseconds. */
const SLOW_MS = 3000;

/**
 * What people say: how the stars of all reviews are spread, and the newest ones with the names of their products.
 *
 * `?demo=slow` takes three seconds: the dashboard shows with it what a slow team does to a page.
 */
export function newestAction(store: ReviewStore): Action<unknown> {
  return async (request, response, { signal }) => {
    if (request.query.demo === 'slow') await delay(SLOW_MS, undefined, { signal });
    const newest = store.newest(3).map((review) => {
      return { ...review, productName: PRODUCT_NAMES[review.sku] };
    });
    response.json({ spread: store.spread(), newest });
  };
}

/** How many people rated a product, and how on average; `average` is null when nobody did. */
export function ratingAction(store: ReviewStore): Action<{ readonly sku: string }> {
  return (_request, response, { params: { sku } }) => {
    const spread = store.spread(sku);
    const count = spread.reduce((sum, n) => sum + n, 0);
    const stars = spread.reduce((sum, n, index) => sum + n * (index + 1), 0);
    response.json({ sku, count, average: count ? stars / count : null });
  };
}
