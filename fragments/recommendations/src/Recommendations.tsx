import { useWidgetContext } from '@tessera/fragment/react';
import * as React from 'react';
import { formatPrice, type Recommendation } from './recommendation.ts';
import { useRecommendations } from './use-recommendations.ts';

/** What goes well with a product. Whatever its state, it is as high as the page's skeleton. */
export default function Recommendations({ sku }: { readonly sku: string }) {
  const { retry, ...loading } = useRecommendations(sku);
  const heading = React.useRef<HTMLHeadingElement>(null);
  const tryAgain = () => {
    // The button goes away, and the focus must not go with it.
    heading.current?.focus();
    retry();
  };
  const products = (useWidgetContext()?.base ?? '/').replace(/[^/]+\/$/, 'product/');

  return (
    <section
      className="recommendations"
      aria-labelledby="recommendations-heading"
      aria-busy={loading.state === 'loading'}
    >
      <h2 id="recommendations-heading" ref={heading} tabIndex={-1}>
        Goes well with it
      </h2>
      {loading.state === 'loading' && <Skeleton />}
      {loading.state === 'failed' && (
        <div className="recommendations-failed" role="alert">
          <p>We could not think of anything just now.</p>
          <button type="button" onClick={tryAgain}>
            Try again
          </button>
        </div>
      )}
      {loading.state === 'ready' && (
        <ul className="recommendations-cards">
          {loading.items.map((item) => (
            <Card key={item.sku} item={item} products={products} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Card({ item, products }: { readonly item: Recommendation; readonly products: string }) {
  const { sku, name, priceCents, picture, reason } = item;
  return (
    <li className="recommendations-card">
      <a href={`/products/${sku}`}>
        <img src={products + picture} alt="" width={800} height={800} decoding="async" />
        <h3>{name}</h3>
      </a>
      <p className="recommendations-reason">{reason}</p>
      <p className="recommendations-price">{formatPrice(priceCents)}</p>
    </li>
  );
}

function Skeleton() {
  return (
    <div className="recommendations-cards" aria-hidden="true">
      {[1, 2, 3, 4].map((n) => (
        <div key={n} className="recommendations-waiting" />
      ))}
    </div>
  );
}
