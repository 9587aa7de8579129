import { type CartLine, formatPrice } from '../cart.ts';
import { QuantityForm } from './QuantityForm.tsx';

interface CartRowProps {
  readonly line: CartLine;
  readonly base: string;
  readonly pictures: string;
  readonly onQuantity: (quantity: number) => void;
}

/** One line of the cart: what it is, how many, and what they cost together. */
export function CartRow({ line, base, pictures, onQuantity }: CartRowProps) {
  const { sku, colour, name, colourName, priceCents, quantity, maxQuantity } = line;
  const page = `/products/${sku}`;
  const title = `${name}, ${colourName}`;
  return (
    <li className="cart-line">
      <img className="cart-picture" src={pictures + line.picture} alt="" width={800} height={800} />
      <div className="cart-what">
        <h2>
          <a href={page}>{name}</a>
        </h2>
        <p>
          {colourName}, {formatPrice(priceCents)} each
        </p>
      </div>
      <QuantityForm
        title={title}
        action={`${base}items/${sku}/${colour}`}
        quantity={quantity}
        maxQuantity={maxQuantity}
        onQuantity={onQuantity}
      />
      <p className="cart-price">{formatPrice(priceCents * quantity)}</p>
    </li>
  );
}
