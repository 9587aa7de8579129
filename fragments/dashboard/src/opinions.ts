import { readFields, readList, readNumber, readOptionalText, readText } from './json.ts';

/** What people say about everything in the shop. */
export interface Opinions {
  readonly count: number;
  readonly average: number;
  /** How many gave five stars, four, and so on down to one. */
  readonly spread: readonly { readonly stars: number; readonly count: number }[];
  readonly newest: readonly Opinion[];
}

export interface Opinion {
  readonly id: number;
  readonly sku: string;
  /** What the product is called, where the reviews team knows. */
  readonly productName: string | undefined;
  /** Who says it. */
  readonly name: string;
  readonly stars: number;
  readonly text: string;
}

/** Reads the answer of the reviews team's `api/newest`. */
export function readOpinions(json: unknown): Opinions {
  const fields = readFields(json, 'reviews');
  const counts = readCounts(fields.spread);
  const spread = counts.map((count, index) => ({ stars: index + 1, count })).reverse();
  const count = counts.reduce((sum, n) => sum + n, 0);
  const stars = spread.reduce((sum, { stars, count }) => sum + stars * count, 0);
  return {
    count,
    average: count === 0 ? 0 : stars / count,
    spread,
    newest: readList(fields, 'newest', (item) => ({
      id: readNumber(item, 'id'),
      sku: readText(item, 'sku'),
      productName: readOptionalText(item, 'productName'),
      name: readText(item, 'name'),
      stars: readNumber(item, 'stars'),
      text: readText(item, 'text'),
    })),
  };
}

function readCounts(spread: unknown): number[] {
  const fields = readFields({ ...Object(spread) }, 'spread');
  return ['0', '1', '2', '3', '4'].map((index) => readNumber(fields, index));
}
