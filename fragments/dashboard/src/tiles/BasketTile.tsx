import type { Basket } from '../basket.ts';
import type { Stock } from '../stock.ts';
import { Thumbnail } from '../Thumbnail.tsx';
import { countText, formatPrice } from '../texts.ts';

/** As many as the tile has room for: it must not grow when they come. */
const ROWS = 3;

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
      <div className="dash-empty">
        <svg viewBox="0 0 24 24" width="56" height="56" aria-hidden="true">
          <path
            d="M3.5 9.5h17l-1.9 10.4H5.4zM7.5 9.5c0-7.6 9-7.6 9 0"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.2"
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        </svg>
        <p className="dash-nothing">
          Your cart is empty. <a href="/">Have a look around</a>, and what you add shows here.
        </p>
      </div>
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
