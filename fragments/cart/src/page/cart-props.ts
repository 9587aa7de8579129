import type { Cart } from '../cart.ts';

/** What the server gives the component, here and in the browser. */
export type CartProps = {
  readonly cart: Cart;
  /** The fragment's base, where the forms post to. */
  readonly base: string;
  /** The product team's base, where the lines' pictures are. */
  readonly pictures: string;
  /** Why the last form could not be done. */
  readonly problem?: string;
};
