import { expect, scrollTo, startOwnShop, test } from './shop.ts';

test('the product is hydrated on the node that the server sent, without a complaint', async ({
  page,
  shop,
  complaints,
}) => {
  await page.addInitScript(() => {
    // Remembers the server's node as soon as the parser has made it.
    new MutationObserver(() => {
      const heading = document.querySelector('fragment-slot[name=product] h1');
      if (heading && !('serverHeading' in window))
        Object.assign(window, { serverHeading: heading });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${shop.url}products/mug-1`);
  await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
  expect(
    await page.evaluate(
      () =>
        document.querySelector('fragment-slot[name=product] h1') ===
        (window as { serverHeading?: Element }).serverHeading,
    ),
  ).toBe(true);
  await page.getByRole('button', { name: 'One more' }).click();
  await expect(page.getByRole('spinbutton', { name: 'Quantity' })).toHaveValue('2');
  expect(complaints).toEqual([]);
});

test('there is one React on the page', async ({ page, shop }) => {
  await page.goto(`${shop.url}products/mug-1`);
  await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
  const reacts = await page.evaluate(async () => {
    const host = await import('react' as string);
    const { shareScopeMap } = (
      globalThis as unknown as {
        __FEDERATION__: {
          __INSTANCES__: {
            shareScopeMap: Record<
              string,
              Record<string, Record<string, { lib?: () => { useState: unknown } }>>
            >;
          }[];
        };
      }
    ).__FEDERATION__.__INSTANCES__[0] ?? { shareScopeMap: {} };
    const shared = Object.values(shareScopeMap).flatMap((scope) =>
      Object.values(scope.react ?? {}),
    );
    return new Set([
      host.useState,
      ...shared.map((entry) => entry.lib?.().useState ?? host.useState),
    ]).size;
  });
  expect(reacts).toBe(1);
});

test('the reviews widget starts only when it is scrolled to', async ({
  page,
  shop,
  complaints,
}) => {
  await page.setViewportSize({ width: 1000, height: 400 });
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).pathname));
  await page.goto(`${shop.url}products/mug-1`);
  await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
  const reviews = page.locator('fragment-slot[name=reviews]');
  await expect(reviews).toHaveAttribute('widget', 'idle');
  expect(
    requested.filter((path) => path.startsWith('/_fragments/reviews/') && path.endsWith('.js')),
  ).toEqual([]);
  await scrollTo(reviews);
  await expect(reviews).toHaveAttribute('widget', /hydrated|mounted/);
  expect(complaints).toEqual([]);
});

test('a dead remote leaves the HTML of the server', async ({ page, shop }) => {
  await page.route('**/_fragments/product/assets/*.js', (route) => route.abort());
  await page.goto(`${shop.url}products/mug-1`);
  const product = page.locator('fragment-slot[name=product]');
  await expect(product).toHaveAttribute('widget', 'failed', { timeout: 20_000 });
  await expect(product.locator('h1')).toBeVisible();
});

test('late reviews are placed in their slot', async ({ page }) => {
  await using shop = await startOwnShop({ REVIEWS_DELAY_MS: '1600' });
  // The page itself remembers what the visitor sees while they are late: on a busy machine the test may look too late.
  await page.addInitScript(() => {
    const seen = { waiting: false };
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const slot = document.querySelector('fragment-slot[name=reviews][state=pending]');
      seen.waiting ||= slot?.textContent?.includes('Asking the reviews team') ?? false;
    }).observe(document, { childList: true, subtree: true, attributes: true });
  });
  await page.goto(`${shop.url}products/mug-1`, { waitUntil: 'commit' });
  const reviews = page.locator('fragment-slot[name=reviews]');
  await expect(reviews).toHaveAttribute('state', 'ready');
  expect(await page.evaluate(() => (window as { seen?: unknown }).seen)).toEqual({ waiting: true });
  await expect(reviews).not.toContainText('Asking the reviews team');
  await expect(page.locator('body > template, body > script')).toHaveCount(0);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('reading, searching and reviewing work', async ({ page }) => {
    await using shop = await startOwnShop();
    await page.goto(shop.url);
    await page.getByRole('searchbox').first().fill('mug');
    await page.getByRole('searchbox').first().press('Enter');
    await expect(page).toHaveURL(/\?q=mug$/);
    await page.locator('a[href="/products/mug-1"]').first().click();
    await expect(page.locator('h1')).toBeVisible();
    const form = page.locator('fragment-slot[name=reviews] form[method=post]');
    await form.getByLabel(/name/i).fill('Ada');
    await form
      .getByTitle(/4|four/i)
      .or(form.locator('label[for=reviews-stars-4]'))
      .first()
      .click();
    await form.locator('textarea').fill('Keeps tea warm <script>alert(1)</script>');
    await form.getByRole('button').last().click();
    await expect(page).toHaveURL(/\/products\/mug-1/);
    // On a busy machine even these reviews may be late.
    const whole = page.getByRole('link', { name: 'Show the complete page' });
    if (await whole.isVisible()) await whole.click();
    await expect(page.locator('fragment-slot[name=reviews]')).toContainText(
      'Keeps tea warm <script>',
    );
  });

  test('a slow slot is a link away', async ({ page }) => {
    await using shop = await startOwnShop({ REVIEWS_DELAY_MS: '1000' });
    // What stands before the reviews must not be slower than they are, as at a first visit it may be.
    await page.goto(`${shop.url}products/letter-set`);
    await page.goto(`${shop.url}products/mug-1`);
    await page.getByRole('link', { name: 'Show the complete page' }).click();
    await expect(page.locator('fragment-slot[name=reviews]')).toHaveAttribute('state', 'ready');
  });
});
