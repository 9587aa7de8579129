import type { Pair } from '../pairs.ts';
import type { Stock } from '../stock.ts';
import { Thumbnail } from '../Thumbnail.tsx';
import { formatPrice, nameFromSku } from '../texts.ts';

const ROWS = 4;

export interface PairsTileProps {
  readonly pairs: readonly Pair[];
  /** For names, prices and pictures, when they are there. */
  readonly products: Stock | undefined;
}

/** What goes together, by how often; with what it costs together where the prices are known. */
export function PairsTile({ pairs, products }: PairsTileProps) {
  const shown = pairs.slice(0, ROWS);
  return (
    <ul className="dash-together">
      {shown.map(({ skus, times }) => {
        const cents = skus.map((sku) => products?.get(sku)?.priceCents);
        const [first, second] = cents;
        return (
          <li key={skus.join(' ')}>
            <span className="dash-two">
              {skus.map((sku) => (
                <Thumbnail key={sku} src={products?.get(sku)?.picture} />
              ))}
            </span>
            <span className="dash-names">
              {skus.map((sku) => (
                <a key={sku} href={`/products/${sku}`}>
                  {products?.get(sku)?.name ?? nameFromSku(sku)}
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
