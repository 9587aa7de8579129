import { expect, startOwnShop, test } from './shop.ts';

test('the delivery’s countdown, in Preact, takes over the server’s text and goes on', async ({
  page,
  shop,
  complaints,
}) => {
  // A Tuesday at 11:47 in Berlin, where the parcels are fetched at two.
  await page.clock.install({ time: new Date('2026-11-24T10:47:00.500Z') });
  await page.addInitScript(() => {
    new MutationObserver(() => {
      const day = document.querySelector('fragment-slot[name=delivery] time');
      if (day && !('serverNode' in window)) Object.assign(window, { serverNode: day });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${shop.url}products/mug-1`);
  const delivery = page.locator('fragment-slot[name=delivery]');
  await expect(delivery).toHaveAttribute('widget', 'hydrated');
  await expect(delivery).toContainText(
    /Order within 2 h 1\d min to have it on Thursday 26 November\./,
  );
  const kept = await page.evaluate(
    () =>
      document.querySelector('fragment-slot[name=delivery] time') ===
      Reflect.get(window, 'serverNode'),
  );
  expect(kept).toBe(true);
  await page.clock.fastForward('02:13:00');
  await expect(delivery).toContainText(
    /Order within 23 h 5\d min to have it on Friday 27 November\./,
  );
  expect(complaints).toEqual([]);
});

test('without the delivery team the page promises what always holds', async ({ page }) => {
  await using shop = await startOwnShop();
  await shop.services.delivery.stop();
  await page.goto(`${shop.url}products/mug-1`);
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('fragment-slot[name=delivery]')).toContainText('two to three days');
});
