import { MAX_QUANTITY } from './cart.ts';

/** What a visitor wants to add, or what is wrong with it. The colour is '' when none was chosen. */
export type AddForm =
  | { readonly sku: string; readonly colour: string; readonly quantity: number }
  | 'product'
  | 'quantity';

/** Reads the posted form of an add. Without a quantity it is one. */
export function readAddForm(body: unknown): AddForm {
  const sku = field(body, 'sku');
  const colour = field(body, 'colour') ?? '';
  const quantity = readQuantity(field(body, 'quantity') ?? '1');
  if (sku === undefined || !/^[a-z0-9-]{1,60}$/.test(sku)) return 'product';
  if (!/^[a-z0-9-]{0,60}$/.test(colour)) return 'product';
  if (quantity === undefined || quantity === 0) return 'quantity';
  return { sku, colour, quantity };
}

/** Reads how many there shall be: what the pressed button says in `to`, else what the field `quantity` says; 0 for none. */
export function readNewQuantity(body: unknown): number | undefined {
  return readQuantity(field(body, 'to') ?? field(body, 'quantity') ?? '');
}

/** A whole number from 0 to 99, written in digits alone. */
function readQuantity(text: string): number | undefined {
  const quantity = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return quantity <= MAX_QUANTITY ? quantity : undefined;
}

/** A field's text; undefined when it is absent, something unreadable when it is no single value. */
function field(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(body, name)?.value;
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '?';
}
