import { useState } from 'react';
import { formatPrice } from './product.ts';
import type { ProductProps } from './product-props.ts';

/**
 * The id of the cart team's form. The colour and the quantity belong to it wherever it stands in the page, so that it
 * posts them, also without JavaScript.
 */
const CART_FORM = 'add-to-cart';

/** A product on its page: picture, colours, quantity and everything there is to know. */
export default function Product({ product, shelf, pictures }: ProductProps) {
  const [chosen, setChosen] = useState(product.variants[0]?.id);
  const [quantity, setQuantity] = useState(1);
  const variant = product.variants.find(({ id }) => id === chosen) ?? product.variants[0];
  if (!variant) return null;

  return (
    <article className="product">
      <div className="product-picture">
        <img
          src={pictures + variant.picture}
          alt={`${product.name} in ${variant.name}`}
          width={800}
          height={800}
        />
      </div>
      <div className="product-text">
        <p className="product-shelf">
          <a href={`/#${product.category}`}>{shelf}</a>
        </p>
        <h1>{product.name}</h1>
        <p className="product-summary">{product.summary}</p>
        <p className="product-price">{formatPrice(product.priceCents)}</p>
        <fieldset className="product-colours">
          <legend>
            Colour: <strong>{variant.name}</strong>
          </legend>
          {product.variants.map(({ id, name, colour }) => (
            <label key={id} className="product-swatch" title={name}>
              <input
                type="radio"
                name="colour"
                form={CART_FORM}
                value={id}
                checked={id === variant.id}
                onChange={() => setChosen(id)}
              />
              <span style={{ backgroundColor: colour }} />
              <span className="product-hidden">{name}</span>
            </label>
          ))}
        </fieldset>
        <Purchase product={product} quantity={quantity} onQuantity={setQuantity} />
      </div>
      <div className="product-details">
        <p className="product-description">{product.description}</p>
        <dl className="product-facts">
          <Fact term="Material">{product.material}</Fact>
          <Fact term="Size">{product.size}</Fact>
          <Fact term="Care">{product.care}</Fact>
        </dl>
      </div>
    </article>
  );
}

interface PurchaseProps {
  readonly product: ProductProps['product'];
  readonly quantity: number;
  readonly onQuantity: (quantity: number) => void;
}

/** How many, what they cost together, and whether there are that many. */
function Purchase({ product, quantity, onQuantity }: PurchaseProps) {
  const set = (value: number) => onQuantity(Math.min(product.stock, Math.max(1, value || 1)));
  return (
    <div className="product-purchase">
      <div className="product-quantity">
        <button
          type="button"
          aria-label="One less"
          disabled={quantity <= 1}
          onClick={() => set(quantity - 1)}
        >
          −
        </button>
        <input
          type="number"
          name="quantity"
          form={CART_FORM}
          inputMode="numeric"
          aria-label="Quantity"
          min={1}
          max={product.stock}
          value={quantity}
          onChange={(event) => set(event.currentTarget.valueAsNumber)}
        />
        <button
          type="button"
          aria-label="One more"
          disabled={quantity >= product.stock}
          onClick={() => set(quantity + 1)}
        >
          +
        </button>
      </div>
      <p className="product-total" aria-live="polite">
        Together <strong>{formatPrice(product.priceCents * quantity)}</strong>
      </p>
      <p className={product.stock > 15 ? 'product-stock' : 'product-stock product-stock-low'}>
        {product.stock > 15
          ? 'In stock, leaves our workshop tomorrow'
          : `Only ${product.stock} left, leaves tomorrow`}
      </p>
    </div>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
