/** One kind of thing in a cart. */
export interface CartLine {
  readonly sku: string;
  /** The colour's id; with the sku it names the line. */
  readonly colour: string;
  readonly name: string;
  readonly colourName: string;
  readonly priceCents: number;
  /** Where its picture is, relative to the product team's base. */
  readonly picture: string;
  readonly quantity: number;
  /** The most of it that a cart may hold. */
  readonly maxQuantity: number;
}

/** A visitor's cart, oldest line first. */
export interface Cart {
  readonly lines: readonly CartLine[];
  /** How many things are in it: two mugs of a kind are two. */
  readonly items: number;
  readonly totalCents: number;
}

/** The most of one kind, even where the product team has more. */
export const MAX_QUANTITY = 99;

/** The most kinds of things. */
export const MAX_LINES = 50;

export function cartOf(lines: readonly CartLine[]): Cart {
  return {
    lines,
    items: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    totalCents: lines.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0),
  };
}

/** A number of things as people say it, for example `1 thing` or `3 things`. */
export function thingsText(items: number): string {
  return `${items} thing${items === 1 ? '' : 's'}`;
}

/** Cents as people read them, for example `€18.00`; the same text on the server and in every browser. */
export function formatPrice(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`;
}
