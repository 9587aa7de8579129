import type { Basket } from '../basket.ts';
import type { Stock } from '../stock.ts';
import { Thumbnail } from '../Thumbnail.tsx';
import { countText, formatPrice } from '../texts.ts';

const ROWS = 4;

export interface BasketTileProps {
  readonly basket: Basket;
  /** For the pictures, when they are there. */
  readonly products: Stock | undefined;
}

/** What the visitor has in the cart; nobody else sees it. */
export function BasketTile({ basket, products }: BasketTileProps) {
  const { items, totalCents, lines } = basket;
  if (items === 0) {
    return (
      <p className="dash-nothing">
        Your cart is empty. <a href="/">Have a look around</a>, and what you add shows here.
      </p>
    );
  }
  return (
    <>
      <p className="dash-total">
        <strong>{formatPrice(totalCents)}</strong> for {countText(items, 'thing')}
      </p>
      <ul className="dash-lines">
        {lines.slice(0, ROWS).map(({ sku, colour, name, colourName, quantity, priceCents }) => (
          <li key={`${sku} ${colour}`}>
            <Thumbnail src={products?.get(sku)?.picture} />
            <span>
              <a href={`/products/${sku}`}>{name}</a>
              <small>
                {colourName}, {quantity} ×
              </small>
            </span>
            <span className="dash-number">{formatPrice(quantity * priceCents)}</span>
          </li>
        ))}
      </ul>
      <p className="dash-open">
        <a href="/cart">Open the cart</a>
        {lines.length > ROWS && ` for ${lines.length - ROWS} more`}
      </p>
    </>
  );
}
