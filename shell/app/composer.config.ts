import { defineConfig } from '@tessera/composer';

/** Where a team's service is: from the environment, else its usual port on this machine. */
function service(variable: string, port: number): string {
  return process.env[variable] ?? `http://127.0.0.1:${port}/`;
}

const product = service('PRODUCT_URL', 4001);
const reviews = service('REVIEWS_URL', 4002);
const header = service('HEADER_URL', 4003);

export default defineConfig({
  port: 3000,
  host: '127.0.0.1',
  templates: './templates',
  pages: {
    '/': { template: 'home.html', layout: 'layout.html' },
    '/products/:sku': { template: 'product.html', layout: 'layout.html', deadlineMs: 4000 },
  },
  fragments: {
    header: new URL('header/', header).href,
    product: new URL('product/', product).href,
    'product-list': new URL('product-list/', product).href,
    reviews: new URL('reviews/', reviews).href,
  },
  errorPage: { 404: 'not-found.html', default: 'error.html' },
  static: { '/assets/': './assets' },
  shell: '../dist',
});
