import { useWidgetContext } from '@tessera/fragment/react';
import { BadDay } from './BadDay.tsx';
import { overview } from './overview.ts';
import type { SourceKey } from './sources.ts';
import { WATCHED_SKU } from './sources.ts';
import { Tile } from './Tile.tsx';
import { productName } from './texts.ts';
import { BasketTile } from './tiles/BasketTile.tsx';
import { PairsTile } from './tiles/PairsTile.tsx';
import { ReviewsTile } from './tiles/ReviewsTile.tsx';
import { StockTile } from './tiles/StockTile.tsx';
import { SummaryTile } from './tiles/SummaryTile.tsx';
import { useShopMashup } from './use-shop-mashup.ts';
import './dashboard.css';

/**
 * The shop at a glance, mashed up in the browser: five sources of four services, each shown as soon as it is there. What
 * one source knows helps the others: prices and pictures everywhere are the stock's, once that has come. Without it every
 * source has names enough of its own.
 */
export default function Dashboard() {
  const context = useWidgetContext();
  const { day, parts, startOver, refresh, retry, chooseDay } = useShopMashup(context);
  const { stock, basket, reviews, summary, pairs } = parts;
  const products = stock.value;
  const watched = productName(WATCHED_SKU, products?.get(WATCHED_SKU)?.name, summary.value?.name);
  const tile = <K extends SourceKey>(source: K) => ({
    source,
    part: parts[source],
    onRefresh: () => void refresh(source),
    onRetry: () => void retry(source),
  });

  return (
    <div className="dash">
      <div className="dash-top">
        <BadDay day={day} onChoose={chooseDay} />
        <div className="dash-all">
          <p role="status">{overview(Object.values(parts))}</p>
          <button type="button" onClick={() => void refresh()}>
            Refresh all
          </button>
          <button type="button" onClick={startOver}>
            Start over
          </button>
        </div>
      </div>
      <div className="dash-tiles">
        <Tile {...tile('stock')} part={stock} title="Running low" team="the product team">
          {(value) => <StockTile stock={value} />}
        </Tile>
        <Tile {...tile('reviews')} part={reviews} title="What people say" team="the reviews team">
          {(value) => <ReviewsTile opinions={value} products={products} />}
        </Tile>
        <Tile {...tile('basket')} part={basket} title="Your cart" team="the cart team">
          {(value) => <BasketTile basket={value} products={products} />}
        </Tile>
        <Tile {...tile('summary')} part={summary} title={watched} team="the composer">
          {(value) => <SummaryTile summary={value} product={products?.get(WATCHED_SKU)} />}
        </Tile>
        <Tile
          {...tile('pairs')}
          part={pairs}
          title="Bought together"
          team="the recommendations team"
        >
          {(value) => <PairsTile pairs={value} stock={products} />}
        </Tile>
      </div>
    </div>
  );
}
