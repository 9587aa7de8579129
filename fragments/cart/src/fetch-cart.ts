import type { Cart } from './cart.ts';

/** The visitor's cart as it is now; `base` is the cart fragment's. Undefined when it cannot be had. */
export async function fetchCart(base: string, signal: AbortSignal): Promise<Cart | undefined> {
  try {
    const response = await fetch(`${base}api/cart`, {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal,
    });
    return response.ok ? await response.json() : undefined;
  } catch {
    // The service is down or the visitor is gone: what stands there stays.
    return undefined;
  }
}
