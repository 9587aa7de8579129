import { defineConfig } from '@tessera/composer';

/** Where a team's service is: from the environment, else its usual port on this machine. */
function service(variable: string, port: number): string {
  return process.env[variable] ?? `http://127.0.0.1:${port}/`;
}

const product = service('PRODUCT_URL', 4001);
const reviews = service('REVIEWS_URL', 4002);
const header = service('HEADER_URL', 4003);
const cart = service('CART_URL', 4004);
const recommendations = service('RECOMMENDATIONS_URL', 4005);
const dashboard = service('DASHBOARD_URL', 4006);
const delivery = service('DELIVERY_URL', 4007);
const reviewsPurgeToken = process.env.REVIEWS_PURGE_TOKEN;
const redis = process.env.REDIS_URL;

export default defineConfig({
  port: 3000,
  host: '127.0.0.1',
  // A demonstration on this machine: everyone may look inside, with ?tessera=inspect and ?tessera=report.
  development: true,
  templates: './templates',
  pages: {
    '/': { template: 'home.html', layout: 'layout.html' },
    '/products/:sku': { template: 'product.html', layout: 'layout.html', deadlineMs: 4000 },
    '/cart': { template: 'cart.html', layout: 'layout.html' },
    '/dashboard': { template: 'dashboard.html', layout: 'layout.html' },
    // Three teams' answers about a product as one; only the price must be there.
    '/api/summary/:sku': {
      data: {
        price: { fragment: 'product', path: 'api/:sku/price', timeoutMs: 1500, required: true },
        stock: { fragment: 'product', path: 'api/:sku/stock', timeoutMs: 1000 },
        rating: { fragment: 'reviews', path: 'api/:sku/rating', timeoutMs: 1000 },
        related: { fragment: 'recommendations', path: 'api/:sku/count', timeoutMs: 1000 },
      },
      deadlineMs: 2000,
    },
  },
  fragments: {
    cart: new URL('cart/', cart).href,
    'cart-add': new URL('cart-add/', cart).href,
    'cart-badge': new URL('cart-badge/', cart).href,
    dashboard: new URL('dashboard/', dashboard).href,
    delivery: new URL('delivery/', delivery).href,
    header: new URL('header/', header).href,
    product: new URL('product/', product).href,
    'product-list': new URL('product-list/', product).href,
    recommendations: new URL('recommendations/', recommendations).href,
    reviews: {
      url: new URL('reviews/', reviews).href,
      // With it the reviews team tells what changed; without, its answers are kept for as long as they say.
      ...(reviewsPurgeToken ? { purgeToken: reviewsPurgeToken } : {}),
    },
  },
  // The shop's widgets make HTML out of text only by the policy that the shell gives them.
  csp: { trustedTypes: [] },
  // Several composers of the shop can share what they store: REDIS_URL=redis://127.0.0.1:6379
  ...(redis ? { cache: { redis } } : {}),
  // TELEMETRY=1: what real visits were like can be read at /_fragments/dashboard/api/visits.
  ...(process.env.TELEMETRY ? { telemetry: { endpoint: '/_fragments/dashboard/api/visits' } } : {}),
  errorPage: { 404: 'not-found.html', default: 'error.html' },
  static: { '/assets/': './assets' },
  shell: '../dist',
});
