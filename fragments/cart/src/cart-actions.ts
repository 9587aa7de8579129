import { type Action, redirectBack } from '@tessera/fragment';
import { type Cart, type CartLine, MAX_QUANTITY } from './cart.ts';
import { cartCookie, cartId, ownCartId } from './cart-cookie.ts';
import type { CartStore } from './cart-store.ts';
import { PROBLEMS, type Problem } from './problem.ts';
import type { ProductCard, ProductCards } from './product-cards.ts';
import { readAddForm, readNewQuantity } from './read-form.ts';

/** What the actions work with. */
export interface CartServices {
  readonly carts: CartStore;
  readonly products: ProductCards;
}

type Request = Parameters<Action<unknown>>[0];
type Response = Parameters<Action<unknown>>[1];

/**
 * Puts something into the cart, and makes the visitor one if there is none. A plain form is sent back to its page; who
 * asks for JSON gets the cart, or the problem.
 *
 * Name and price are looked up with the product team now and kept with the line: the cart then shows without that team.
 */
export function addItem({ carts, products }: CartServices): Action<unknown> {
  return async (request, response, { signal }) => {
    const form = readAddForm(request.body);
    if (typeof form === 'string') return answerProblem(request, response, form);
    const card = await products.find(form.sku, signal);
    if (card === 'unavailable') return answerProblem(request, response, 'unavailable');
    const line = card === 'unknown' ? undefined : lineOf(card, form.colour, form.quantity);
    if (!line) return answerProblem(request, response, 'product');
    const id = ownCartId(request, carts);
    const added = carts.add(id, line);
    response.setHeader('set-cookie', cartCookie(id));
    if (!added) return answerProblem(request, response, 'full');
    answerCart(request, response, carts.read(id), `/products/${form.sku}`);
  };
}

/** Changes how many there are of a line; 0 takes it out. */
export function changeItem({
  carts,
}: CartServices): Action<{ readonly sku: string; readonly colour: string }> {
  return (request, response, { params: { sku, colour } }) => {
    const quantity = readNewQuantity(request.body);
    if (quantity === undefined) return answerProblem(request, response, 'quantity');
    const id = cartId(request);
    if (id !== undefined) carts.setQuantity(id, sku, colour, quantity);
    answerCart(request, response, carts.read(id), '/cart');
  };
}

/** The visitor's cart as JSON. */
export function showCart({ carts }: CartServices): Action<unknown> {
  return (request, response) => {
    response.vary('cookie').json(carts.read(cartId(request)));
  };
}

/** The line for a product in a colour, the first one when none was chosen; undefined for one that it does not come in. */
function lineOf(card: ProductCard, chosen: string, quantity: number): CartLine | undefined {
  const { sku, name, priceCents, stock, colours } = card;
  const colour = chosen === '' ? colours[0] : colours.find(({ id }) => id === chosen);
  const maxQuantity = Math.min(stock, MAX_QUANTITY);
  if (!colour || maxQuantity === 0) return undefined;
  const { id, name: colourName, picture } = colour;
  return { sku, colour: id, name, colourName, priceCents, picture, quantity, maxQuantity };
}

function answerCart(request: Request, response: Response, cart: Cart, page: string): void {
  if (wantsJson(request)) response.json(cart);
  else redirectBack(request, response, page);
}

/** A plain form goes to the cart's page, which says what the problem is. */
function answerProblem(request: Request, response: Response, problem: Problem): void {
  const { status, text } = PROBLEMS[problem];
  if (wantsJson(request)) response.status(status).json({ problem, message: text });
  else response.status(303).setHeader('location', `/cart?problem=${problem}`).end();
}

function wantsJson(request: Request): boolean {
  return request.accepts(['html', 'json']) === 'json';
}
