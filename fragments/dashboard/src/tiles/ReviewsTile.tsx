import type { Opinions } from '../opinions.ts';
import { Stars } from '../Stars.tsx';
import type { Stock } from '../stock.ts';
import { countText, productName } from '../texts.ts';

export interface ReviewsTileProps {
  readonly opinions: Opinions;
  /** For the products' names, when they are there. */
  readonly products: Stock | undefined;
}

/** The average of all reviews, how their stars are spread, and the newest ones. */
export function ReviewsTile({ opinions, products }: ReviewsTileProps) {
  const { count, average, spread, newest } = opinions;
  return (
    <>
      <div className="dash-rating">
        <p>
          <strong>{average.toFixed(1)}</strong>
          <Stars stars={average} />
          <span>{countText(count, 'review')}</span>
        </p>
        <ol className="dash-spread">
          {spread.map(({ stars, count: given }) => (
            <li key={stars}>
              <span className="dash-number">{stars} ★</span>
              <span className="dash-bar">
                <i style={{ width: `${count ? (100 * given) / count : 0}%` }} />
              </span>
              <span className="dash-number">{given}</span>
            </li>
          ))}
        </ol>
      </div>
      <ul className="dash-quotes">
        {newest.map(({ id, sku, productName: known, name, stars, text }) => (
          <li key={id}>
            <p className="dash-quote-head">
              <Stars stars={stars} />
              <a href={`/products/${sku}`}>{productName(sku, products?.get(sku)?.name, known)}</a>
              <span>{name}</span>
            </p>
            <p className="dash-quote">{text}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
