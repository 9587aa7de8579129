import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fragmentBase, REQUEST_HEADERS } from '@tessera/contract';
import { serveFragments } from '@tessera/fragment';
import { cartFragments } from '../fragment.ts';
import { openCarts } from './cart-store.ts';
import { createProductCards } from './product-cards.ts';

/** What the product team of a test sells: names, prices and stock by sku. */
const PRODUCTS: Readonly<Record<string, { name: string; priceCents: number; stock: number }>> = {
  'mug-1': { name: 'Harbour Mug', priceCents: 1800, stock: 42 },
  'wall-clock': { name: 'Wall Clock', priceCents: 8900, stock: 3 },
  pencils: { name: 'Pencils', priceCents: 900, stock: 5000 },
};

/** A cart service for a test, with a product service beside it that can be switched off. */
export interface CartService extends AsyncDisposable {
  /** Asks `<name>/<path>` as the composer does. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  stopProducts(): Promise<void>;
}

export async function startCartService(): Promise<CartService> {
  const products = createServer((request, response) => {
    const [, sku = ''] = /^\/product\/api\/([^/]+)\/card$/.exec(request.url ?? '') ?? [];
    const numbered = /^thing-\d+$/.test(sku);
    const found = numbered ? { name: sku, priceCents: 100, stock: 9 } : PRODUCTS[sku];
    const colours = ['clay', 'ink'].map((id) => {
      return { id, name: id, picture: `api/${sku}/picture/${id}` };
    });
    response.statusCode = found ? 200 : 404;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(found ? { sku, ...found, currency: 'EUR', colours } : {}));
  });
  products.listen(0, '127.0.0.1');
  await once(products, 'listening');
  const { port } = products.address() as AddressInfo;
  const stopProducts = async () => {
    if (!products.listening) return;
    products.closeAllConnections();
    products.close();
    await once(products, 'close');
  };

  const carts = openCarts(':memory:');
  const cards = createProductCards(new URL(`http://127.0.0.1:${port}/product/`), { freshMs: 0 });
  const service = await serveFragments(cartFragments({ carts, products: cards }), {
    port: 0,
    log: false,
    signals: false,
  });
  return {
    ask(path, init) {
      const headers = new Headers(init?.headers);
      if (!headers.has('accept')) headers.set('accept', 'application/json');
      headers.set(REQUEST_HEADERS.base, fragmentBase(path.split('/')[0] ?? ''));
      return fetch(new URL(path, service.url), { redirect: 'manual', ...init, headers });
    },
    stopProducts,
    async [Symbol.asyncDispose]() {
      await service.close();
      await stopProducts();
      carts[Symbol.dispose]();
    },
  };
}
