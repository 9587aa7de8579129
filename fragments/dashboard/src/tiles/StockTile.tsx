import { type Stock, summariseStock } from '../stock.ts';
import { Thumbnail } from '../Thumbnail.tsx';
import { formatNumber, formatPrice } from '../texts.ts';

const ROWS = 6;

/** What will be sold out first, below what there is in all. */
export function StockTile({ stock }: { readonly stock: Stock }) {
  const { count, pieces, valueCents, low } = summariseStock(stock, ROWS);
  const scale = Math.max(1, ...low.map((product) => product.stock));
  return (
    <>
      <dl className="dash-figures">
        <Figure term="Products">{formatNumber(count)}</Figure>
        <Figure term="Pieces">{formatNumber(pieces)}</Figure>
        <Figure term="Worth">{formatPrice(valueCents).replace(/\.\d+$/, '')}</Figure>
      </dl>
      <ul className="dash-rows">
        {low.map(({ sku, name, priceCents, stock, picture }) => (
          <li key={sku}>
            <Thumbnail src={picture} />
            <a href={`/products/${sku}`}>{name}</a>
            <span className="dash-number">{formatPrice(priceCents)}</span>
            <span className="dash-bar">
              <i style={{ width: `${(100 * stock) / scale}%` }} />
            </span>
            <span className="dash-number">{stock} left</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Figure({ term, children }: { readonly term: string; readonly children: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
