import { setTimeout as delay } from 'node:timers/promises';
import { cacheAnswer, defineFragment, type Fragment } from '@tessera/fragment';
import type { ProductCards } from './src/product-cards.ts';
import type { Recommendation, Recommendations } from './src/recommendation.ts';
import type { RecommendationStore } from './src/recommendation-store.ts';

/** How long `?demo=slow` takes, in milliseconds. */
const SLOW_MS = 3000;

/** What goes together changes with a release only, so it needs no groups. */
const CACHE = { maxAgeMs: 60_000, staleWhileRevalidateMs: 600_000, staleIfErrorMs: 3_600_000 };

/** How long the pairs wait for names, in milliseconds; they can be read without. */
const NAMES_MS = 500;

export interface RecommendationsOptions {
  readonly store: RecommendationStore;
  readonly products: ProductCards;
  /** How long every answer is held back, in milliseconds: shows what a slow team does to a page. Default 0. */
  readonly delayMs?: number;
}

/**
 * What goes well with a product. It has no HTML of its own: the widget asks for it when the visitor comes near.
 *
 * - `api/:sku` → `{ sku, items: [{ sku, name, priceCents, picture, reason }] }`, `picture` relative to the product team's
 *   base; 503 while that team cannot be asked. A product that nothing is known about gets the favourites.
 * - `api/:sku/count` → `{ sku, count }`: how many there are.
 * - `api/pairs` → `{ pairs: [{ sku, name, with, withName, times }] }`: what is bought together, the most frequent first, with
 *   names where the product team could be asked. With `?demo=slow` it takes three seconds: the dashboard shows with it what
 *   becomes of a source that is too late.
 */
export function recommendationsFragment({
  store,
  products,
  delayMs = 0,
}: RecommendationsOptions): Fragment {
  /** Undefined while the product team cannot be asked; then it is left out. */
  const nameOf = (signal: AbortSignal) => async (sku: string) => {
    const card = await products.find(sku, signal);
    return typeof card === 'object' ? card.name : undefined;
  };
  return defineFragment({
    name: 'recommendations',
    version: '1.0.0',
    params: { sku: { type: 'string', pattern: '[a-z0-9-]{1,60}' } },
    build: new URL('./dist/', import.meta.url),
    remote: { module: './widget', mount: 'visible' },
    actions: {
      'GET api/pairs': async (request, response, { signal }) => {
        const isDemonstration = request.query.demo === 'slow';
        const slowMs = isDemonstration ? SLOW_MS : delayMs;
        if (slowMs > 0) await delay(slowMs, undefined, { signal });
        const patience = AbortSignal.any([signal, AbortSignal.timeout(NAMES_MS)]);
        const pairs = await Promise.all(
          store.pairs().map(async ({ sku, with: other, times }) => {
            const [name, withName] = await Promise.all([sku, other].map(nameOf(patience)));
            return { sku, name, with: other, withName, times };
          }),
        );
        const isNamed = pairs.every(({ name, withName }) => name && withName);
        if (!isDemonstration && isNamed) cacheAnswer(response, CACHE);
        else response.setHeader('cache-control', 'no-store');
        response.json({ pairs });
      },
      'GET api/:sku': async (_request, response, { params: { sku }, signal }) => {
        if (delayMs > 0) await delay(delayMs, undefined, { signal });
        const related = store.of(sku);
        const cards = await Promise.all(related.map((one) => products.find(one.sku, signal)));
        const items = related.flatMap(({ sku, reason }, i): Recommendation[] => {
          const card = cards[i];
          if (typeof card !== 'object') return [];
          const { name, priceCents, picture } = card;
          return [{ sku, name, priceCents, picture, reason }];
        });
        if (items.length === 0 && cards.includes('unavailable')) {
          const error = { code: 'UNAVAILABLE', message: 'The products cannot be looked up now.' };
          response.status(503).setHeader('cache-control', 'no-store');
          response.json({ error });
          return;
        }
        const complete = items.length === related.length;
        if (complete) cacheAnswer(response, CACHE);
        else response.setHeader('cache-control', 'no-store');
        response.json({ sku, items } satisfies Recommendations);
      },
      'GET api/:sku/count': async (_request, response, { params: { sku }, signal }) => {
        if (delayMs > 0) await delay(delayMs, undefined, { signal });
        cacheAnswer(response, CACHE);
        response.json({ sku, count: store.of(sku).length });
      },
    },
  });
}
