import { expect, startOwnShop, test } from './shop.ts';

test('the shop collects what visits were like', async ({ page, complaints }) => {
  await using shop = await startOwnShop({ TELEMETRY: '1' });
  await page.goto(`${shop.url}products/mug-1`);
  await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
  await page.locator('header a[href="/"]').first().click();
  await expect(page).toHaveURL(shop.url);
  const latest = async () =>
    (await (await fetch(`${shop.url}_fragments/dashboard/api/visits`)).json()).visits[0];
  await expect.poll(latest).toMatchObject({ page: '/products/mug-1' });
  const { widgets, vitals } = await latest();
  expect(widgets.join()).toMatch(/product: hydrated, \d+ ms/);
  expect(vitals.join()).toMatch(/LCP \d+, \w+/);
  expect(complaints).toEqual([]);
});

test('a beacon leaves alone what was fetched ahead, and what is none is refused', async () => {
  await using shop = await startOwnShop({ TELEMETRY: '1' });
  const send = (body: object) =>
    fetch(`${shop.url}_fragments/dashboard/api/visits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const taken = await send({ path: '/', slots: [], vitals: [] });
  expect([taken.status, taken.headers.get('clear-site-data')]).toEqual([204, null]);
  const refused = await send({ path: 1 });
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { error: { code: 'VISIT_INVALID' } },
  ]);
});
