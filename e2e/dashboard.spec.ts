import type { Page } from '@playwright/test';
import { expect, startOwnShop, test } from './shop.ts';

const STOCK = '**/_fragments/product/api/stock*';

function tile(page: Page, title: string) {
  return page.getByRole('region', { name: title, exact: true });
}

/** The bad day that a visitor chooses in the page. */
function choose(page: Page, day: string) {
  return page
    .getByRole('group', { name: 'Try a bad day' })
    .getByRole('radio', { name: day })
    .check();
}

test('the dashboard mashes up five sources of four services, and what one knows helps the others', async ({
  page,
  shop,
  complaints,
}) => {
  const asked = new Set<string>();
  page.on('request', (request) => asked.add(new URL(request.url()).pathname));
  await page.goto(`${shop.url}dashboard`);
  await expect(page.getByRole('status')).toHaveText('5 of 5 sources are here.');
  await expect(tile(page, 'Running low').getByRole('listitem')).toHaveCount(6);
  await expect(tile(page, 'What people say')).toContainText(/\d+ reviews/);
  await expect(tile(page, 'Your cart')).toContainText('Your cart is empty.');
  // The composer's data page knows the price, the product team the name.
  await expect(tile(page, 'Harbour Mug')).toContainText('€18.00');
  // The recommendations are skus; names and prices are the product team's.
  await expect(tile(page, 'Bought together')).toContainText(/€\d+\.\d\d/);
  expect(asked).toContain('/_fragments/product/api/stock');
  expect(asked).toContain('/_fragments/reviews/api/newest');
  expect(asked).toContain('/_fragments/cart/api/cart');
  expect(asked).toContain('/_fragments/recommendations/api/pairs');
  expect(asked).toContain('/api/summary/mug-1');
  expect(complaints).toEqual([]);
});

test('the cart on the dashboard is the visitor’s own', async ({ page, shop, browser }) => {
  const posted = await page.request.post(`${shop.url}_fragments/cart/items`, {
    form: { sku: 'mug-1', quantity: 2 },
    headers: { accept: 'application/json', origin: new URL(shop.url).origin },
  });
  expect(posted.ok()).toBe(true);
  await page.goto(`${shop.url}dashboard`);
  await expect(tile(page, 'Your cart')).toContainText('€36.00 for 2 things');
  const stranger = await browser.newPage();
  await stranger.goto(`${shop.url}dashboard`);
  await expect(tile(stranger, 'Your cart')).toContainText('Your cart is empty.');
  await stranger.close();
});

test('on a slow day the other tiles show before the slow source answers', async ({
  page,
  shop,
}) => {
  // A source has five seconds: where the machine takes them for everything else, there is another day.
  const within = expect.configure({ timeout: 7000 });
  await expect(async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.route('**/_fragments/reviews/api/newest?demo=slow', async (route) => {
      await released;
      await route.continue({ url: route.request().url().replace('?demo=slow', '') });
    });
    await page.goto(`${shop.url}dashboard?day=slow`);
    await within(tile(page, 'Running low').getByRole('listitem')).toHaveCount(6);
    await within(page.getByRole('status')).toHaveText('4 of 5 sources are here, 1 on the way.');
    await within(tile(page, 'What people say')).toHaveAttribute('aria-busy', 'true');
    release();
    await within(tile(page, 'What people say')).toContainText(/\d+ reviews/);
  }).toPass();
});

test('without the stock every tile still calls the products by their names', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}dashboard?day=failing`);
  await expect(tile(page, 'Running low')).toContainText('The product team answered with an error.');
  await expect(tile(page, 'Harbour Mug')).toContainText('€18.00');
  await expect(
    tile(page, 'Bought together').getByRole('link', { name: 'Harbour Mug' }),
  ).toBeVisible();
  await expect(tile(page, 'Bought together')).not.toContainText('Mug 1');
  const shown = await page.locator('.dash-quote-head a').allTextContents();
  const skus = await page
    .locator('.dash-quote-head a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')?.split('/').at(-1)));
  const names = await Promise.all(
    skus.map(async (sku) => {
      const card = await page.request.get(`${shop.url}_fragments/product/api/${sku}/card`);
      return (await card.json()).name;
    }),
  );
  expect(shown).toEqual(names);
});

test('a normal day ends the wait for a slow team', async ({ page, shop }) => {
  await page.route('**/_fragments/reviews/api/newest?demo=slow', () => {});
  const asked = page.waitForRequest('**/_fragments/reviews/api/newest?demo=slow');
  await page.goto(`${shop.url}dashboard?day=slow`);
  await asked;
  const given = page.waitForEvent('requestfailed', (request) =>
    request.url().includes('demo=slow'),
  );
  await choose(page, 'A normal day');
  await given;
  await expect(tile(page, 'What people say')).toContainText(/\d+ reviews/);
  await expect(page.getByRole('status')).toHaveText('5 of 5 sources are here.');
});

test('only the demonstration is slow, and only it fails', async ({ page, shop }) => {
  const get = (path: string) => page.request.get(`${shop.url}_fragments/${path}`);
  const slow = get('reviews/api/newest?demo=slow').then(() => 'slow');
  const usual = get('reviews/api/newest').then(() => 'usual');
  expect(await Promise.race([slow, usual])).toBe('usual');
  expect(await slow).toBe('slow');
  expect((await get('product/api/stock?demo=fail')).status()).toBe(503);
  expect((await get('product/api/stock')).status()).toBe(200);
});

test('a source that is too late is told apart from one that fails', async ({ page, shop }) => {
  await page.goto(`${shop.url}dashboard?day=late`);
  await expect(tile(page, 'Bought together')).toContainText(
    'No answer from the recommendations team within 2.5 s.',
  );
  await expect(page.getByRole('status')).toHaveText(
    '4 of 5 sources are here, 1 without an answer.',
  );
});

test('a failing tile says so and recovers on retry, without the others', async ({ page, shop }) => {
  await page.goto(`${shop.url}dashboard`);
  await expect(page.getByRole('status')).toHaveText('5 of 5 sources are here.');
  await choose(page, 'Failing stock');
  await expect(page).toHaveURL(/\?day=failing$/);
  const stock = tile(page, 'Running low');
  const retry = stock.getByRole('button', { name: 'Try again' });
  await expect(stock).toContainText('The product team answered with an error.');
  await expect(tile(page, 'What people say')).toContainText(/\d+ reviews/);

  const failedAgain = page.waitForResponse(STOCK);
  await retry.click();
  await failedAgain;
  await expect(stock).toHaveAttribute('aria-busy', 'false');
  await expect(stock).toContainText('The product team answered with an error.');
  await choose(page, 'A normal day');
  await expect(retry).toBeVisible();
  const others: string[] = [];
  page.on('request', (request) => others.push(new URL(request.url()).pathname));
  await retry.click();
  await expect(stock.getByRole('listitem')).toHaveCount(6);
  await expect(retry).toHaveCount(0);
  expect(others.filter((path) => /\/api\//.test(path))).toEqual(['/_fragments/product/api/stock']);
});

test('a value that cannot be refreshed stays, and the tile says how things are', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}dashboard`);
  const stock = tile(page, 'Running low');
  await expect(stock.getByRole('listitem')).toHaveCount(6);
  await page.route(STOCK, (route) => route.abort());
  await stock.getByRole('button', { name: 'Refresh' }).click();
  await expect(stock).toContainText(
    'The product team cannot be reached. This is what it said before.',
  );
  await expect(stock.getByRole('listitem')).toHaveCount(6);
  await page.unroute(STOCK);
  await stock.getByRole('button', { name: 'Try again' }).click();
  await expect(stock).toContainText('From the product team');
});

test('ages count on, and coming back to the page makes everything new', async ({ page, shop }) => {
  await page.goto(`${shop.url}dashboard`);
  const stock = tile(page, 'Running low');
  await expect(stock).toContainText('just now');
  await expect(stock).toContainText(/\d s ago/);
  const again = page.waitForRequest(STOCK);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await again;
  await expect(stock).toContainText('just now');
});

test('leaving the page, or the widget’s end, aborts what runs', async ({ page, shop }) => {
  await page.goto(`${shop.url}dashboard?day=slow`);
  await expect(tile(page, 'Running low').getByRole('listitem')).toHaveCount(6);
  const removed = page.waitForEvent('requestfailed', (request) =>
    request.url().includes('demo=slow'),
  );
  await page.evaluate(() => document.querySelector('fragment-slot[name=dashboard]')?.remove());
  expect((await removed).failure()?.errorText).toBe('net::ERR_ABORTED');

  const asked = page.waitForRequest((request) => request.url().includes('demo=slow'));
  await page.reload({ waitUntil: 'commit' });
  await asked;
  const left = page.waitForEvent('requestfailed', (request) => request.url().includes('demo=slow'));
  await page.goto(`${shop.url}cart`);
  expect((await left).failure()?.errorText).toBe('net::ERR_ABORTED');
});

test('a service that is down costs its own tile only', async ({ page }) => {
  await using shop = await startOwnShop();
  await shop.services.reviews.stop();
  await page.goto(`${shop.url}dashboard`);
  await expect(
    tile(page, 'What people say').getByRole('button', { name: 'Try again' }),
  ).toBeVisible();
  // The data page goes on without that team's part.
  await expect(tile(page, 'Harbour Mug')).toContainText('rating missing');
  await expect(tile(page, 'Harbour Mug')).toContainText('€18.00');
  await shop.services.reviews.start();
  await tile(page, 'What people say').getByRole('button', { name: 'Try again' }).click();
  await expect(tile(page, 'What people say')).toContainText(/\d+ reviews/);
});
