import { readFields, readList, readNumber, readText } from './json.ts';

/** Two products that people buy together. */
export interface Pair {
  readonly skus: readonly [string, string];
  /** In how many orders. */
  readonly times: number;
}

/** Reads the answer of the recommendations team's `api/pairs`. */
export function readPairs(json: unknown): readonly Pair[] {
  return readList(readFields(json, 'recommendations'), 'pairs', (item) => ({
    skus: [readText(item, 'sku'), readText(item, 'with')],
    times: readNumber(item, 'times'),
  }));
}
