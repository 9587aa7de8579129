import type { Product } from './product.ts';

/** What the server gives the component, here and in the browser. */
export type ProductProps = {
  readonly product: Product;
  /** The name of the shelf it stands on. */
  readonly shelf: string;
  /** The URL below which its pictures are. */
  readonly pictures: string;
};
