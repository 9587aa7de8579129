import { fragmentBase } from '@tessera/contract';
import { source } from '@tessera/shell/mashup';
import type { Day } from './bad-day.ts';
import { readBasket } from './basket.ts';
import { readOpinions } from './opinions.ts';
import { readPairs } from './pairs.ts';
import { readStock } from './stock.ts';
import { readSummary } from './summary.ts';

/** The product whose summary the composer puts together. */
export const WATCHED_SKU = 'mug-1';

/** How long each source may take, in milliseconds. */
export const TIMEOUTS_MS = { stock: 5000, basket: 5000, summary: 5000, reviews: 5000, pairs: 2500 };

export type SourceKey = keyof typeof TIMEOUTS_MS;

export const SOURCE_KEYS = Object.keys(TIMEOUTS_MS) as readonly SourceKey[];

/**
 * What the dashboard is made of: four teams' actions and one data page, most important first. `day` tells at each load
 * which of them is to be asked for a demonstration of its bad side.
 */
export function shopSources(day: () => Day) {
  const { stock, basket, summary, reviews, pairs } = TIMEOUTS_MS;
  const demo = (on: Day, how: 'slow' | 'fail') => (day() === on ? `?demo=${how}` : '');
  return {
    stock: source(() => `${fragmentBase('product')}api/stock${demo('failing', 'fail')}`, {
      timeoutMs: stock,
      importance: 5,
      parse: readStock,
    }),
    basket: source(`${fragmentBase('cart')}api/cart`, {
      timeoutMs: basket,
      importance: 4,
      parse: readBasket,
    }),
    reviews: source(() => `${fragmentBase('reviews')}api/newest${demo('slow', 'slow')}`, {
      timeoutMs: reviews,
      importance: 3,
      parse: readOpinions,
    }),
    summary: source(`/api/summary/${WATCHED_SKU}`, {
      timeoutMs: summary,
      importance: 2,
      parse: readSummary,
    }),
    pairs: source(() => `${fragmentBase('recommendations')}api/pairs${demo('late', 'slow')}`, {
      timeoutMs: pairs,
      importance: 1,
      parse: readPairs,
    }),
  };
}
