import { escapeHtml } from '@tessera/fragment';

/**
 * The button that adds a product. The form has the id `add-to-cart`, so that the product team's own fields (`quantity`,
 * `colour`) can belong to it by their `form` attribute, with and without JavaScript; without them it adds one.
 */
export function addHtml(sku: string, action: string): string {
  return `<form class="cart-add" id="add-to-cart" method="post" action="${escapeHtml(action)}">
<input type="hidden" name="sku" value="${escapeHtml(sku)}">
<button type="submit">Add to cart</button>
<p class="cart-add-status" role="status"></p>
</form>`;
}
