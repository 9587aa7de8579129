import { defineFragment, type Fragment } from '@tessera/fragment';
import { reactServer } from '@tessera/fragment/react-server';
import { addHtml } from './src/add/add-html.ts';
import { badgeHtml } from './src/badge/badge-html.ts';
import { addItem, type CartServices, changeItem, showCart } from './src/cart-actions.ts';
import { CART_COOKIE, cartId } from './src/cart-cookie.ts';
import type { CartProps } from './src/page/cart-props.ts';
import { isProblem, PROBLEMS } from './src/problem.ts';
import { siblingBase } from './src/sibling-base.ts';

/** How long the button waits to hear whether there is such a product; then it shows, and adding finds out. */
const LOOK_UP_MS = 250;

/**
 * The team's three fragments: the cart's page, its badge beside the header, and the button on a product's page. The
 * actions belong to `cart`, the only one that may set the cookie.
 */
export function cartFragments(services: CartServices): Fragment[] {
  const { carts, products } = services;

  const cart = defineFragment({
    name: 'cart',
    version: '1.0.0',
    team: 'cart',
    content: 'page',
    forward: { cookies: [CART_COOKIE], query: ['problem'] },
    setCookies: [CART_COOKIE],
    build: new URL('./dist/cart/', import.meta.url),
    styles: new URL('./src/page/cart.css', import.meta.url),
    remote: { module: './widget', mount: 'load' },
    cache: 'private',
    actions: {
      'POST items': addItem(services),
      'POST items/:sku/:colour': changeItem(services),
      'GET api/cart': showCart(services),
    },
    render: reactServer(new URL('./dist/cart/server/Cart.js', import.meta.url), {
      props: ({ request, query, base }): CartProps => {
        const problem = query.get('problem');
        return {
          cart: carts.read(cartId(request)),
          base,
          pictures: siblingBase(base, 'product'),
          ...(isProblem(problem) ? { problem: PROBLEMS[problem].text } : {}),
        };
      },
      head: () => ({
        title: 'Your cart · Quill & Kettle',
        meta: [{ name: 'robots', content: 'noindex' }],
      }),
    }),
  });

  const badge = defineFragment({
    name: 'cart-badge',
    version: '1.0.0',
    team: 'cart',
    content: 'badge',
    forward: { cookies: [CART_COOKIE] },
    build: new URL('./dist/cart-badge/', import.meta.url),
    styles: new URL('./src/badge/badge.css', import.meta.url),
    remote: { module: './widget', mount: 'idle' },
    cache: 'private',
    render: ({ request }) => badgeHtml(carts.read(cartId(request)).items),
  });

  const add = defineFragment({
    name: 'cart-add',
    version: '1.0.0',
    team: 'cart',
    content: ':sku',
    params: { sku: { type: 'string', pattern: '[a-z0-9-]{1,60}' } },
    build: new URL('./dist/cart-add/', import.meta.url),
    styles: new URL('./src/add/add.css', import.meta.url),
    remote: { module: './widget', mount: 'interaction' },
    // The same for every visitor: whose cart it is shows when the form is posted.
    cache: { maxAgeMs: 60_000, staleWhileRevalidateMs: 600_000, staleIfErrorMs: 3_600_000 },
    render: async ({ params: { sku }, base, signal }) => {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(LOOK_UP_MS)]);
      const card = await products.find(sku, patience);
      return card === 'unknown' ? undefined : addHtml(sku, `${siblingBase(base, 'cart')}items`);
    },
  });

  return [cart, badge, add];
}
