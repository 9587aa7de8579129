import { setTimeout as delay } from 'node:timers/promises';
import { type Action, cacheAnswer } from '@tessera/fragment';
import { NEWEST_GROUP, summaryGroup } from './groups.ts';
import { PRODUCT_NAMES } from './product-names.ts';
import type { ReviewStore } from './review-store.ts';

/** How long `?demo=slow` takes, in milliseconds. */
const SLOW_MS = 3000;

/** Short for browsers, which no purge reaches; composers are told of every change. */
const CACHE = { maxAgeMs: 10_000, staleWhileRevalidateMs: 60_000, staleIfErrorMs: 3_600_000 };

/**
 * What people say: how the stars of all reviews are spread, and the newest ones with the names of their products.
 *
 * `?demo=slow` takes three seconds: the dashboard shows with it what a slow team does to a page.
 */
export function newestAction(store: ReviewStore): Action<unknown> {
  return async (request, response, { signal }) => {
    if (request.query.demo === 'slow') await delay(SLOW_MS, undefined, { signal });
    else cacheAnswer(response, { ...CACHE, groups: [NEWEST_GROUP] });
    const newest = store.newest(3).map((review) => {
      return { ...review, productName: PRODUCT_NAMES[review.sku] };
    });
    response.json({ spread: store.spread(), newest });
  };
}

/** How many people rated a product, and how on average; `average` is null when nobody did. */
export function ratingAction(store: ReviewStore): Action<{ readonly sku: string }> {
  return (_request, response, { params: { sku } }) => {
    cacheAnswer(response, { ...CACHE, groups: [summaryGroup(sku)] });
    response.json({ sku, ...store.summary(sku) });
  };
}
