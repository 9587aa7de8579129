/** How long others may keep what the team says about its products. */
export const CACHE = {
  maxAgeMs: 10_000,
  staleWhileRevalidateMs: 60_000,
  staleIfErrorMs: 3_600_000,
} as const;

/** What shows one product. */
export const productGroup = (sku: string) => `product-${sku}`;

/** What shows many of them. */
export const PRODUCTS_GROUP = 'products';
