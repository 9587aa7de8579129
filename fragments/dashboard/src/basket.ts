import { readFields, readList, readNumber, readText } from './json.ts';

/** What the visitor has put into the cart. */
export interface Basket {
  readonly items: number;
  readonly totalCents: number;
  readonly lines: readonly BasketLine[];
}

export interface BasketLine {
  readonly sku: string;
  /** With the sku it names the line. */
  readonly colour: string;
  readonly name: string;
  readonly colourName: string;
  readonly priceCents: number;
  readonly quantity: number;
}

/** Reads the answer of the cart team's `api/cart`. */
export function readBasket(json: unknown): Basket {
  const fields = readFields(json, 'cart');
  return {
    items: readNumber(fields, 'items'),
    totalCents: readNumber(fields, 'totalCents'),
    lines: readList(fields, 'lines', (item) => ({
      sku: readText(item, 'sku'),
      colour: readText(item, 'colour'),
      name: readText(item, 'name'),
      colourName: readText(item, 'colourName'),
      priceCents: readNumber(item, 'priceCents'),
      quantity: readNumber(item, 'quantity'),
    })),
  };
}
