import type { Pair } from '../pairs.ts';
import type { Stock } from '../stock.ts';
import { Thumbnail } from '../Thumbnail.tsx';
import { formatPrice, productName } from '../texts.ts';

const ROWS = 4;

export interface PairsTileProps {
  readonly pairs: readonly Pair[];
  /** For prices and pictures, when they are there. */
  readonly stock: Stock | undefined;
}

/** What goes together, by how often; with what it costs together where the prices are known. */
export function PairsTile({ pairs, stock }: PairsTileProps) {
  const shown = pairs.slice(0, ROWS);
  return (
    <ul className="dash-together">
      {shown.map(({ products, times }) => {
        const cents = products.map(({ sku }) => stock?.get(sku)?.priceCents);
        const [first, second] = cents;
        return (
          <li key={products.map(({ sku }) => sku).join(' ')}>
            <span className="dash-two">
              {products.map(({ sku }) => (
                <Thumbnail key={sku} src={stock?.get(sku)?.picture} />
              ))}
            </span>
            <span className="dash-names">
              {products.map(({ sku, name }) => (
                <a key={sku} href={`/products/${sku}`}>
                  {productName(sku, stock?.get(sku)?.name, name)}
                </a>
              ))}
            </span>
            <span className="dash-number">
              <b>
                {first === undefined || second === undefined ? '' : formatPrice(first + second)}
              </b>
              <small>{times} times</small>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
