import { setTimeout as delay } from 'node:timers/promises';
import { defineFragment, type Fragment } from '@tessera/fragment';
import { Drafts } from './src/drafts.ts';
import { reviewsGroup, summaryGroup } from './src/groups.ts';
import { newestAction, ratingAction } from './src/opinion-actions.ts';
import { postReview } from './src/post-review.ts';
import type { ReviewStore } from './src/review-store.ts';
import { reviewsHtml } from './src/reviews-html.ts';

export interface ReviewsOptions {
  readonly store: ReviewStore;
  /** How long the content is held back, in milliseconds: shows what a slow team does to a page. Default 0. */
  readonly delayMs?: number;
  /** The day that new reviews get, `YYYY-MM-DD`. Default: today's. */
  readonly today?: () => string;
}

/** What people wrote about a product, and the form to write more. */
export function reviewsFragment({
  store,
  delayMs = 0,
  today = () => new Date().toISOString().slice(0, 10),
}: ReviewsOptions): Fragment {
  const drafts = new Drafts();
  return defineFragment({
    name: 'reviews',
    version: '1.0.0',
    content: ':sku',
    params: { sku: { type: 'string', pattern: '[a-z0-9-]{1,60}' } },
    // A form that could not be accepted comes back under this key.
    forward: { query: ['review'] },
    build: new URL('./dist/', import.meta.url),
    styles: new URL('./src/reviews.css', import.meta.url),
    remote: { module: './widget', mount: 'visible' },
    // Composers are told of every change (see review-store.ts), so they may keep it for long.
    cache: {
      maxAgeMs: 60_000,
      staleWhileRevalidateMs: 600_000,
      staleIfErrorMs: 86_400_000,
      groups: ({ params: { sku } }) => [reviewsGroup(sku), summaryGroup(sku)],
    },
    actions: {
      'POST :sku': postReview({ store, drafts, today }),
      'GET api/newest': newestAction(store),
      'GET api/:sku/rating': ratingAction(store),
    },
    render: async ({ params: { sku }, query, base, signal }) => {
      if (!store.hasProduct(sku)) return '';
      if (delayMs > 0) await delay(delayMs, undefined, { signal });
      const key = query.get('review');
      const view = { sku, reviews: store.of(sku), summary: store.summary(sku) };
      const returned = key === null ? undefined : drafts.find(key);
      const html = reviewsHtml({ ...view, action: `${base}${sku}`, returned });
      // One visitor's form, and a key of which there are as many as one likes.
      return key === null ? html : { html, headers: { 'cache-control': 'private, no-store' } };
    },
  });
}
