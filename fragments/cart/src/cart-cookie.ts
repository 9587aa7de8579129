import type { IncomingMessage } from 'node:http';
import { type CartStore, KEPT_DAYS } from './cart-store.ts';

/** The cookie that carries a cart's id. */
export const CART_COOKIE = 'cart';

/** The id of the visitor's cart, when the cookie has the form of one. */
export function cartId(request: IncomingMessage): string | undefined {
  const pairs = request.headers.cookie?.split(';').map((pair) => pair.trim()) ?? [];
  const value = pairs.find((pair) => pair.startsWith(`${CART_COOKIE}=`))?.split('=')[1];
  return value !== undefined && /^[\w-]{22}$/.test(value) ? value : undefined;
}

/** The id of the visitor's cart, or of a new one: an id that was not made here is not taken up, whoever made it. */
export function ownCartId(request: IncomingMessage, carts: CartStore): string {
  const id = cartId(request);
  return id !== undefined && carts.has(id) ? id : carts.create();
}

/** `set-cookie` for an id. No script can read it; the composer adds `Secure` under https. */
export function cartCookie(id: string): string {
  return `${CART_COOKIE}=${id}; Path=/; Max-Age=${KEPT_DAYS * 86_400}; HttpOnly; SameSite=Lax`;
}
