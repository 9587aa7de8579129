import { useWidgetContext } from '@tessera/fragment/react';
import * as React from 'react';
import { type Cart, type CartLine, cartOf, formatPrice } from '../cart.ts';
import { tellCart, whenCartMayBeOld } from '../cart-news.ts';
import { fetchCart } from '../fetch-cart.ts';
import { postForm, problemText } from '../post-form.ts';
import type { CartProps } from './cart-props.ts';

/** The cart as it is shown, and what became of the last change. */
export interface ShownCart {
  readonly cart: Cart;
  /** The last change in words, for those who do not see it. */
  readonly said: string;
  /** Why the last change could not be made. */
  readonly problem: string | undefined;
  /** Shows the change at once, and makes it; what cannot be made is taken back. */
  change(line: CartLine, quantity: number): void;
}

/** Keeps the cart on the page and the one of the service the same. Changes go one after the other. */
export function useCart({ cart: initial, base, problem: first }: CartProps): ShownCart {
  const context = useWidgetContext();
  const [cart, setCart] = React.useState(initial);
  const [said, setSaid] = React.useState('');
  const [problem, setProblem] = React.useState(first);
  const kept = React.useRef({ cart: initial, running: Promise.resolve(), waiting: 0 });

  React.useEffect(() => {
    if (!context) return;
    const gone = new AbortController();
    const refresh = async () => {
      const now = await fetchCart(base, context.signal);
      const { current } = kept;
      // What is being changed comes with the answer to that.
      if (!now || current.waiting > 0 || gone.signal.aborted || isSame(now, current.cart)) return;
      current.cart = now;
      setCart(now);
      const { items, totalCents } = now;
      context.events.emit('cart:changed', { items, totalCents }, { sticky: true });
    };
    whenCartMayBeOld(() => void refresh(), gone.signal);
    return () => gone.abort();
  }, [context, base]);

  const change = (line: CartLine, quantity: number) => {
    if (!context) return;
    const { events, signal } = context;
    const { current } = kept;
    setCart((shown) => withQuantity(shown, line, quantity));
    current.waiting++;
    current.running = current.running.then(async () => {
      try {
        const url = `${base}items/${line.sku}/${line.colour}`;
        current.cart = await postForm(url, [['quantity', String(quantity)]], signal);
        tellCart(events, current.cart);
        setSaid(changeText(line, quantity, current.cart.totalCents));
        setProblem(undefined);
      } catch (error) {
        if (signal.aborted) return;
        setProblem(problemText(error));
      }
      current.waiting--;
      if (current.waiting === 0) setCart(current.cart);
    });
  };

  return { cart, said, problem, change };
}

function isSame(one: Cart, other: Cart): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function withQuantity(cart: Cart, { sku, colour }: CartLine, quantity: number): Cart {
  const lines = cart.lines.map((line) =>
    line.sku === sku && line.colour === colour ? { ...line, quantity } : line,
  );
  return cartOf(lines.filter((line) => line.quantity > 0));
}

function changeText({ name }: CartLine, quantity: number, totalCents: number): string {
  const what = quantity === 0 ? `${name} removed.` : `${name}: ${quantity}.`;
  return `${what} Total ${formatPrice(totalCents)}.`;
}
