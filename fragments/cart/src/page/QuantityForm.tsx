import * as React from 'react';

interface QuantityFormProps {
  /** What it is about, for those who do not see the line. */
  readonly title: string;
  /** Where the form posts to while no script has taken over. */
  readonly action: string;
  readonly quantity: number;
  readonly maxQuantity: number;
  readonly onQuantity: (quantity: number) => void;
}

/** How many of a line: a plain form whose buttons say the new number, taken over once the component runs. */
export function QuantityForm({
  title,
  action,
  quantity,
  maxQuantity,
  onQuantity,
}: QuantityFormProps) {
  const [typed, setTyped] = React.useState(String(quantity));
  // A quantity that has been changed elsewhere replaces what was typed.
  React.useEffect(() => setTyped(String(quantity)), [quantity]);

  const change = (text: string) => {
    const wanted = /^\d{1,4}$/.test(text) ? Math.min(maxQuantity, Number(text)) : quantity;
    setTyped(String(wanted));
    if (wanted !== quantity) onQuantity(wanted);
  };
  const submit = (event: React.SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { submitter } = event.nativeEvent as globalThis.SubmitEvent;
    const pressed = submitter instanceof HTMLButtonElement ? submitter.value : '';
    change(pressed || typed);
  };

  return (
    <form className="cart-quantity-form" method="post" action={action} onSubmit={submit}>
      {/* The first button is the one that the Enter key presses: it takes the number in the field. */}
      <button type="submit" className="cart-hidden" tabIndex={-1} aria-hidden="true">
        Change
      </button>
      <div className="cart-quantity">
        <button
          type="submit"
          name="to"
          value={Math.max(1, quantity - 1)}
          aria-label={`One less: ${title}`}
          aria-disabled={quantity <= 1}
        >
          −
        </button>
        <input
          type="number"
          name="quantity"
          inputMode="numeric"
          aria-label={`Quantity: ${title}`}
          min={1}
          max={maxQuantity}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => change(typed)}
        />
        <button
          type="submit"
          name="to"
          value={Math.min(quantity + 1, maxQuantity)}
          aria-label={`One more: ${title}`}
          aria-disabled={quantity >= maxQuantity}
        >
          +
        </button>
      </div>
      <button
        type="submit"
        className="cart-remove"
        name="to"
        value="0"
        formNoValidate
        aria-label={`Remove ${title}`}
      >
        Remove
      </button>
    </form>
  );
}
