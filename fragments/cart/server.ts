import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serveFragments } from '@tessera/fragment';
import { cartFragments } from './fragment.ts';
import { openCarts } from './src/cart-store.ts';
import { createProductCards } from './src/product-cards.ts';

const folder = process.env.DATA_DIR ?? join(import.meta.dirname, '.tessera');
mkdirSync(folder, { recursive: true });

const carts = openCarts(join(folder, 'cart.sqlite'));
const products = createProductCards(
  new URL('product/', process.env.PRODUCT_URL ?? 'http://127.0.0.1:4001/'),
);
await serveFragments(cartFragments({ carts, products }), {
  port: Number(process.env.PORT ?? 4004),
});
