/** A product that goes well with another, ready to be shown. */
export interface Recommendation {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
  /** Where its picture is, relative to the product team's base. */
  readonly picture: string;
  /** Why it is here, in a few words. */
  readonly reason: string;
}

/** What `api/:sku` answers. */
export interface Recommendations {
  readonly sku: string;
  readonly items: readonly Recommendation[];
}

/** Cents as people read them, for example `€18.00`. */
export function formatPrice(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`;
}
