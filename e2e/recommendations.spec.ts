import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, scrollTo, startOwnShop, test } from './shop.ts';

const slot = (page: Page) => page.locator('fragment-slot[name=recommendations]');

/** What the page has asked of the team so far, and how many bytes of it came over the wire. */
const asked = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname.startsWith('/_fragments/recommendations/'))
      .map((entry) => {
        const { name, transferSize } = entry as PerformanceResourceTiming;
        return { path: new URL(name).pathname, bytes: transferSize };
      }),
  );

test('nothing is asked for before they are scrolled to; the second visit needs the network for data alone', async ({
  page,
  shop,
  complaints,
}) => {
  await page.setViewportSize({ width: 1000, height: 500 });
  const visit = async () => {
    await page.goto(`${shop.url}products/mug-1`);
    const product = page.locator('fragment-slot[name=product]');
    await expect(product).toHaveAttribute('widget', 'hydrated');
    await expect(slot(page)).toHaveAttribute('widget', 'idle');
    expect(await asked(page)).toEqual([]);
    await scrollTo(slot(page));
    await expect(slot(page)).toHaveAttribute('widget', 'mounted');
    await expect(slot(page).getByRole('link')).toHaveCount(4);
    return (await asked(page)).filter(({ path }) => path.includes('/assets/'));
  };

  const first = await visit();
  expect(first.length).toBeGreaterThan(0);
  await page.goto(shop.url);
  const second = await visit();

  expect(second.map(({ path }) => path).sort()).toEqual(first.map(({ path }) => path).sort());
  expect(second.filter(({ bytes }) => bytes > 0)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('they lead to products, show their pictures, and axe finds nothing', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}products/teapot`);
  await scrollTo(slot(page));
  const cards = slot(page).getByRole('listitem');
  await expect(cards).toHaveCount(4);
  for (const picture of await cards.getByRole('presentation').all()) {
    await expect(picture).toHaveJSProperty('complete', true);
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(
      0,
    );
  }
  const { violations } = await new AxeBuilder({ page })
    .include('fragment-slot[name=recommendations]')
    .analyze();
  expect(violations).toEqual([]);
  await cards.getByRole('link').first().press('Enter');
  await expect(page).toHaveURL(/\/products\/tall-mug$/);
});

test('a slow team holds nothing up, and nothing moves when it answers', async ({ page }) => {
  await using shop = await startOwnShop({ RECOMMENDATIONS_DELAY_MS: '2500' });
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
        };
        if (!hadRecentInput) (window as unknown as { shift: number }).shift += value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  // Another product each time: the answer for the first is in the browser's cache.
  for (const [width, sku] of [
    [1280, 'mug-1'],
    [390, 'tall-mug'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${shop.url}products/${sku}`);
    await expect(page.locator('h1')).toBeVisible();
    await scrollTo(slot(page));
    // The widget's own section, no longer the skeleton that the server sent.
    const section = slot(page).locator('section.recommendations');
    await expect(section).toHaveAttribute('aria-busy', 'true');
    const before = await section.boundingBox();
    await expect(slot(page).getByRole('link')).toHaveCount(4);
    expect(await section.boundingBox()).toEqual(before);
    const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift);
    expect(shift).toBeLessThanOrEqual(0.02);
  }
});

test('a team that fails says so, and trying again recovers', async ({ page, shop }) => {
  let failing = true;
  await page.route('**/_fragments/recommendations/api/**', (route) =>
    failing ? route.fulfill({ status: 503, body: '' }) : route.continue(),
  );
  await page.goto(`${shop.url}products/mug-1`);
  await scrollTo(slot(page));
  await expect(slot(page).getByRole('alert')).toContainText('could not think of anything');
  failing = false;
  await slot(page).getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(slot(page).getByRole('link')).toHaveCount(4);
});

test('the summary of a product is put together from three teams, and does without the optional ones', async () => {
  await using shop = await startOwnShop();
  const summary = async (sku: string) => {
    const response = await fetch(`${shop.url}api/summary/${sku}`);
    return { status: response.status, body: await response.json() };
  };
  expect(await summary('mug-1')).toMatchObject({
    status: 200,
    body: {
      data: {
        price: { priceCents: 1800, currency: 'EUR' },
        stock: { stock: 42 },
        rating: { count: 5, average: 4.4 },
        related: { count: 4 },
      },
    },
  });
  // Other products from here on: what was answered before may be stored.
  await shop.services.reviews.stop('SIGKILL');
  await shop.services.recommendations.stop('SIGKILL');
  expect(await summary('tall-mug')).toMatchObject({
    status: 200,
    body: {
      data: { price: {}, rating: null, related: null },
      parts: { rating: { state: 'error' } },
    },
  });
  await shop.services.product.stop('SIGKILL');
  expect(await summary('teapot')).toMatchObject({ status: 502 });
});
