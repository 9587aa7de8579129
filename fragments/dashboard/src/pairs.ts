import {
  type Fields,
  readFields,
  readList,
  readNumber,
  readOptionalText,
  readText,
} from './json.ts';

/** Two products that people buy together. */
export interface Pair {
  readonly products: readonly [PairedProduct, PairedProduct];
  /** In how many orders. */
  readonly times: number;
}

export interface PairedProduct {
  readonly sku: string;
  /** Where the recommendations team knows it. */
  readonly name: string | undefined;
}

/** Reads the answer of the recommendations team's `api/pairs`. */
export function readPairs(json: unknown): readonly Pair[] {
  return readList(readFields(json, 'recommendations'), 'pairs', (item) => ({
    products: [readProduct(item, 'sku', 'name'), readProduct(item, 'with', 'withName')],
    times: readNumber(item, 'times'),
  }));
}

function readProduct(item: Fields, sku: string, name: string): PairedProduct {
  return { sku: readText(item, sku), name: readOptionalText(item, name) };
}
