import { type Action, defineFragment, type Fragment, notFound } from '@tessera/fragment';
import { reactServer } from '@tessera/fragment/react-server';
import { HTML_CACHE, PRODUCTS_GROUP, productGroup } from './src/cache.ts';
import type { Catalogue } from './src/catalogue.ts';
import { productApi } from './src/product-api.ts';
import { productHead } from './src/product-head.ts';
import { productListHtml, productListTitle } from './src/product-list.ts';
import type { ProductProps } from './src/product-props.ts';
import { CATEGORIES } from './src/seed.ts';
import { stockAction } from './src/stock-action.ts';

const SKU = { type: 'string', pattern: '[a-z0-9-]{1,60}' } as const;

/** The team's two fragments: one product for its page, and all of them for the home page and the search. */
export function productFragments(catalogue: Catalogue): Fragment[] {
  const actions = { 'GET assets/pictures/:file': pictureAction(catalogue) };

  const product = defineFragment({
    name: 'product',
    version: '1.0.0',
    team: 'product',
    content: ':sku',
    params: { sku: SKU },
    build: new URL('./dist/', import.meta.url),
    styles: new URL('./src/product.css', import.meta.url),
    remote: { module: './widget', mount: 'load' },
    cache: { ...HTML_CACHE, groups: ({ params }) => [productGroup(params.sku)] },
    actions: {
      ...actions,
      ...productApi((sku) => findProduct(catalogue, sku)),
      'GET api/stock': stockAction(catalogue),
    },
    render: reactServer(new URL('./dist/server/Product.js', import.meta.url), {
      props: ({ params, base }): ProductProps => {
        const found = findProduct(catalogue, params.sku);
        return {
          product: found,
          shelf: CATEGORIES[found.category],
          pictures: `${base}assets/pictures/`,
        };
      },
      head: productHead,
    }),
  });

  const productList = defineFragment({
    name: 'product-list',
    version: '1.0.0',
    team: 'product',
    content: 'list',
    forward: { query: ['q'] },
    styles: new URL('./src/product-list.css', import.meta.url),
    cache: { ...HTML_CACHE, groups: () => [PRODUCTS_GROUP] },
    actions,
    render: ({ query, base }) => {
      const words = (query.get('q') ?? '').trim().slice(0, 80);
      const list = {
        query: words,
        products: catalogue.search(words),
        pictures: `${base}assets/pictures/`,
        stillLife: catalogue.stillLife,
      };
      const description = 'Stoneware, wood, linen and paper for the table and the desk.';
      return {
        html: productListHtml(list),
        head: {
          title: productListTitle(list),
          meta: [
            words
              ? { name: 'robots', content: 'noindex, follow' }
              : { name: 'description', content: description },
          ],
        },
      };
    },
  });

  return [product, productList];
}

function findProduct(catalogue: Catalogue, sku: string) {
  const found = catalogue.find(sku);
  if (!found) throw notFound('', { html: UNKNOWN_PRODUCT });
  return found;
}

/** Pictures never change under their name, so everyone may keep them. */
function pictureAction(catalogue: Catalogue): Action<{ readonly file: string }> {
  return (_request, response, { params }) => {
    const svg = catalogue.picture(params.file);
    if (svg === undefined) throw notFound('There is no such picture.');
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    response.type('svg').send(svg);
  };
}

const UNKNOWN_PRODUCT = `<section class="product-unknown"><h1>We do not have that</h1>
<p>It may be sold out, or the address has a slip of the pen. <a href="/">Look at everything we have</a>, or search above.</p></section>`;
