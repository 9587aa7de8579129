import { thingsText } from '../cart.ts';

/** The badge: a link to the cart that says how many things are in it. */
export function badgeHtml(items: number): string {
  return `<a class="cart-badge" href="/cart" aria-label="${badgeLabel(items)}">${BASKET}<span class="cart-badge-count" data-items="${items}">${badgeText(items)}</span></a>`;
}

export function badgeLabel(items: number): string {
  return items === 0 ? 'Cart, empty' : `Cart, ${thingsText(items)}`;
}

export function badgeText(items: number): string {
  return items > 99 ? '99+' : String(items);
}

const BASKET =
  '<svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true"><path d="M3.5 9.5h17l-1.9 10.4H5.4zM7.5 9.5c0-7.6 9-7.6 9 0" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linejoin="round" stroke-linecap="round"/></svg>';
