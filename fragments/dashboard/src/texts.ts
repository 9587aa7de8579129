/** Cents as people read them, for example `€18.00` and `€12,340.00`. */
export function formatPrice(cents: number): string {
  return PRICE.format(cents / 100);
}

const PRICE = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

/** A number with its thousands apart. */
export function formatNumber(number: number): string {
  return number.toLocaleString('en-IE');
}

/** For example `1 thing`, `3 things`. */
export function countText(count: number, thing: string): string {
  return `${formatNumber(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** What to call a product: the first name that is known, else something to read: `linen-napkins` becomes `Linen napkins`. */
export function productName(sku: string, ...names: readonly (string | undefined)[]): string {
  const words = sku.replaceAll('-', ' ');
  return names.find((name) => name !== undefined) ?? words.charAt(0).toUpperCase() + words.slice(1);
}
