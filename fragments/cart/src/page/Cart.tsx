// The whole namespace: Module Federation's plugin leaves names out of a shared module when it has seen some of its
// users too late, and a build on a busy machine fails.
import * as React from 'react';
import { formatPrice, thingsText } from '../cart.ts';
import { CartRow } from './CartRow.tsx';
import type { CartProps } from './cart-props.ts';
import { useCart } from './use-cart.ts';

/** The cart on its page. Every button is a form's, so all of it works before and without JavaScript. */
export default function Cart(props: CartProps) {
  const { cart, said, problem, change } = useCart(props);
  const heading = React.useRef<HTMLHeadingElement>(null);
  const { lines, items, totalCents } = cart;

  return (
    <section className="cart" aria-labelledby="cart-heading">
      <header className="cart-heading">
        <h1 id="cart-heading" ref={heading} tabIndex={-1}>
          Your cart
        </h1>
        {items > 0 && <p>{thingsText(items)}</p>}
      </header>
      {problem !== undefined && (
        <p className="cart-problem" role="alert">
          {problem}
        </p>
      )}
      <p className="cart-hidden" role="status">
        {said}
      </p>
      {lines.length === 0 ? (
        <EmptyCart />
      ) : (
        <div className="cart-columns">
          <ul className="cart-lines">
            {lines.map((line) => (
              <CartRow
                key={`${line.sku}/${line.colour}`}
                line={line}
                base={props.base}
                pictures={props.pictures}
                onQuantity={(quantity) => {
                  // What was focused goes with its line.
                  if (quantity === 0) heading.current?.focus();
                  change(line, quantity);
                }}
              />
            ))}
          </ul>
          <section className="cart-sum" aria-labelledby="cart-sum-heading">
            <h2 id="cart-sum-heading">Summary</h2>
            <dl>
              <div>
                <dt>{thingsText(items)}</dt>
                <dd>{formatPrice(totalCents)}</dd>
              </div>
              <div>
                <dt>Delivery</dt>
                <dd>free</dd>
              </div>
              <div className="cart-total">
                <dt>Total</dt>
                <dd>{formatPrice(totalCents)}</dd>
              </div>
            </dl>
            <p>
              <a className="cart-button" href="/">
                Keep looking around
              </a>
            </p>
            <p className="cart-note">
              An imaginary shop has no till: your cart is as far as it goes. We keep it for 90 days.
            </p>
          </section>
        </div>
      )}
    </section>
  );
}

function EmptyCart() {
  return (
    <div className="cart-empty">
      <svg viewBox="0 0 120 90" width="160" height="120" aria-hidden="true">
        <path d="M22 38h76l-9 42H31z" fill="var(--colour-card, #fff)" />
        <path
          d="M22 38h76l-9 42H31zM40 38c0-36 40-36 40 0M46 50v18M60 50v18M74 50v18"
          fill="none"
          stroke="currentColor"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <p>There is nothing in it yet. A good mug is always a beginning.</p>
      <p>
        <a className="cart-button" href="/">
          Look at everything we have
        </a>
      </p>
    </div>
  );
}
