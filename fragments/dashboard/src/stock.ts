import { readFields, readList, readNumber, readText } from './json.ts';

/** A product as the product team's stock list has it. */
export interface StockedProduct {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
  readonly stock: number;
  /** The URL of its picture. */
  readonly picture: string;
}

/** What is in the shop, by sku. */
export type Stock = ReadonlyMap<string, StockedProduct>;

/** Reads the answer of `api/stock`. */
export function readStock(json: unknown): Stock {
  const products = readList(readFields(json, 'stock'), 'products', (item) => ({
    sku: readText(item, 'sku'),
    name: readText(item, 'name'),
    priceCents: readNumber(item, 'priceCents'),
    stock: readNumber(item, 'stock'),
    picture: readText(item, 'picture'),
  }));
  return new Map(products.map((product) => [product.sku, product]));
}

/** What will be sold out first, and how much there is in all. */
export function summariseStock(stock: Stock, rows: number) {
  const products = [...stock.values()];
  return {
    count: products.length,
    pieces: sum(products.map(({ stock }) => stock)),
    valueCents: sum(products.map(({ stock, priceCents }) => stock * priceCents)),
    low: products.toSorted((a, b) => a.stock - b.stock).slice(0, rows),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
