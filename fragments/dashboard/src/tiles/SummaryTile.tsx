import { Stars } from '../Stars.tsx';
import type { StockedProduct } from '../stock.ts';
import type { Summary } from '../summary.ts';
import { countText, formatNumber, formatPrice } from '../texts.ts';

export interface SummaryTileProps {
  readonly summary: Summary;
  /** For its picture, when it is there. */
  readonly product: StockedProduct | undefined;
}

/** One product, mashed up on the server: a single request here, one to each team there. */
export function SummaryTile({ summary, product }: SummaryTileProps) {
  const { priceCents, average, ratings, stock, related, parts } = summary;
  return (
    <div className="dash-product">
      {product ? <img src={product.picture} alt="" width={160} height={160} /> : <i />}
      <div>
        <p className="dash-price">{priceCents === undefined ? '–' : formatPrice(priceCents)}</p>
        <p className="dash-rated">
          {average === undefined ? (
            'No ratings at the moment'
          ) : (
            <>
              <Stars stars={average} /> {average.toFixed(1)} from{' '}
              {countText(ratings ?? 0, 'review')}
            </>
          )}
        </p>
        <p className="dash-soft">
          {stock === undefined ? 'Stock unknown' : `${formatNumber(stock)} in stock`}
          {related === undefined ? '' : `, ${countText(related, 'thing')} that go well with it`}
        </p>
        <p className="dash-soft dash-asked">One request to the composer, which asked:</p>
        <ul className="dash-parts">
          {parts.map(({ name, ok, ms }) => (
            <li key={name} data-ok={ok}>
              {name} <span className="dash-number">{ok ? `${ms} ms` : 'missing'}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
