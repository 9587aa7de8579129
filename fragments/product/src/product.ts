import type { CategoryId } from './seed.ts';

/** A product as the catalogue knows it. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: CategoryId;
  readonly kind: string;
  readonly priceCents: number;
  readonly summary: string;
  readonly description: string;
  readonly material: string;
  readonly size: string;
  readonly care: string;
  readonly stock: number;
  /** At least one; the first is shown first. */
  readonly variants: readonly Variant[];
}

/** A product in one of its colours. */
export interface Variant {
  /** The colour's name in lower case. */
  readonly id: string;
  readonly name: string;
  /** `#rrggbb`. */
  readonly colour: string;
  /** The picture's file name below `assets/pictures/`; it changes with the picture. */
  readonly picture: string;
}

/** Cents as people read them, for example `€18.00`; the same text on the server and in every browser. */
export function formatPrice(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`;
}
