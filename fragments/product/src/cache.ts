/** How long composers may keep the team's HTML: what it shows changes with a release. */
export const HTML_CACHE = {
  maxAgeMs: 60_000,
  staleWhileRevalidateMs: 600_000,
  staleIfErrorMs: 3_600_000,
} as const;

/** How long others, browsers among them, may keep what the team's actions say. */
export const CACHE = {
  maxAgeMs: 10_000,
  staleWhileRevalidateMs: 60_000,
  staleIfErrorMs: 3_600_000,
} as const;

/** What shows one product. */
export const productGroup = (sku: string) => `product-${sku}`;

/** What shows many of them. */
export const PRODUCTS_GROUP = 'products';
