import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, startOwnShop, test } from './shop.ts';

const badge = (page: Page) => page.locator('fragment-slot[name=cart-badge] a');
const addButton = (page: Page) => page.getByRole('button', { name: 'Add to cart' });

/** Opens a product's page, and waits until product and badge run. */
async function openProduct(page: Page, url: string, sku = 'mug-1') {
  await page.goto(`${url}products/${sku}`);
  for (const name of ['product', 'cart-badge']) {
    const slot = page.locator(`fragment-slot[name=${name}]`);
    await expect(slot).toHaveAttribute('widget', 'hydrated');
  }
}

test('adding needs no reload, takes colour and quantity along, and the badge hears of it', async ({
  page,
  shop,
  complaints,
}) => {
  await openProduct(page, shop.url);
  await expect(badge(page)).toHaveAccessibleName('Cart, empty');
  await addButton(page).hover();
  const slot = page.locator('fragment-slot[name=cart-add]');
  await expect(slot).toHaveAttribute('widget', 'hydrated');
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await page.getByRole('radio', { name: 'Ink' }).check({ force: true });
  await page.getByRole('button', { name: 'One more' }).click();

  await addButton(page).click();

  await expect(slot.getByRole('status')).toHaveText('Added. 2 things in your cart.');
  await expect(badge(page)).toHaveAccessibleName('Cart, 2 things');
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  await slot.getByRole('link', { name: 'cart' }).click();
  const line = page.getByRole('listitem').filter({ hasText: 'Harbour Mug' });
  await expect(line).toContainText('Ink, €18.00 each');
  await expect(line.getByRole('spinbutton')).toHaveValue('2');
  // A busy browser skips the cross-fade between two pages, and says so.
  expect(complaints.filter((text) => !text.includes('ViewTransition'))).toEqual([]);
});

test('a click before the widget is there adds once, by the widget or by the form', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}products/mug-1`, { waitUntil: 'commit' });
  await addButton(page).click();
  await expect(badge(page)).toHaveAccessibleName('Cart, 1 thing');
});

test('the keyboard alone changes the cart, the total and the badge', async ({
  page,
  shop,
  complaints,
}) => {
  await page.request.post(`${shop.url}_fragments/cart/items`, {
    form: { sku: 'mug-1', quantity: '2' },
  });
  await page.request.post(`${shop.url}_fragments/cart/items`, { form: { sku: 'notebook' } });
  await page.goto(`${shop.url}cart`);
  for (const name of ['cart', 'cart-badge']) {
    const slot = page.locator(`fragment-slot[name=${name}]`);
    await expect(slot).toHaveAttribute('widget', 'hydrated');
  }
  const total = page.locator('.cart-total dd');
  await expect(total).toHaveText('€55.00');

  await page.getByRole('link', { name: 'Harbour Mug' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const quantity = page.getByRole('spinbutton', { name: 'Quantity: Harbour Mug, Clay' });
  await expect(quantity).toBeFocused();
  await page.keyboard.type('5');
  await page.keyboard.press('Enter');
  await expect(total).toHaveText('€109.00');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(quantity).toHaveValue('6');
  await expect(page.getByRole('button', { name: 'One more: Harbour Mug, Clay' })).toBeFocused();
  await expect(badge(page)).toHaveAccessibleName('Cart, 7 things');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Your cart' })).toBeFocused();
  await expect(page.getByText('Harbour Mug removed.')).toBeAttached();
  await expect(badge(page)).toHaveAccessibleName('Cart, 1 thing');
  await page.getByRole('button', { name: 'Remove Linen Notebook A5, Oat' }).press('Enter');
  await expect(page.getByText('There is nothing in it yet.')).toBeVisible();
  await page.reload();
  await expect(page.getByText('There is nothing in it yet.')).toBeVisible();
  expect(complaints).toEqual([]);
});

test('two visitors have two carts', async ({ browser, shop }) => {
  const [ada, bob] = await Promise.all([browser.newContext(), browser.newContext()]);
  await ada.request.post(`${shop.url}_fragments/cart/items`, { form: { sku: 'mug-1' } });
  await bob.request.post(`${shop.url}_fragments/cart/items`, { form: { sku: 'teapot' } });
  const pages = await Promise.all(
    [ada, bob].map((context) => context.request.get(`${shop.url}cart`)),
  );
  const [adas, bobs] = await Promise.all(pages.map((page) => page.text()));
  expect(adas).toContain('Harbour Mug');
  expect(adas).not.toContain('Rainy Day Teapot');
  expect(bobs).toContain('Rainy Day Teapot');
  expect(bobs).not.toContain('Harbour Mug');
  await Promise.all([ada.close(), bob.close()]);
});

test('a form on another site cannot fill the cart', async ({ page, context, shop }) => {
  const url = `${shop.url}_fragments/cart/items`;
  await page.route('http://evil.example/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${url}"><input name="sku" value="mug-1"><button>Win</button></form>`,
    }),
  );
  await page.goto('http://evil.example/');
  const [response] = await Promise.all([
    page.waitForResponse(url),
    page.getByRole('button').click(),
  ]);
  expect(response.status()).toBe(403);
  expect(await context.cookies(shop.url)).toEqual([]);
  const claimed = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ sku: 'mug-1' }),
    headers: { origin: 'https://evil.example' },
  });
  expect(claimed.status).toBe(403);
});

test('without the cart team the shop goes on, with a link in place of the badge', async ({
  page,
}) => {
  await using shop = await startOwnShop();
  await shop.services.cart.stop('SIGKILL');
  await page.goto(`${shop.url}products/mug-1`);
  await expect(page.locator('h1')).toHaveText('Harbour Mug');
  await expect(badge(page)).toHaveText('Cart');
  await expect(page.getByText('The cart is taking a break')).toBeVisible();
  expect((await fetch(`${shop.url}cart`)).status).toBe(502);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme });

    test('axe finds nothing in the cart, full or empty, nor on a product’s page', async ({
      page,
      shop,
    }) => {
      const check = async (path: string) => {
        await page.goto(shop.url + path);
        await expect(page.locator('fragment-slot[name=cart-badge]')).toHaveAttribute(
          'widget',
          'hydrated',
        );
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      };
      await check('cart');
      await page.request.post(`${shop.url}_fragments/cart/items`, { form: { sku: 'mug-1' } });
      await check('cart?problem=quantity');
      await check('products/mug-1');
    });
  });
}

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('adding, changing and removing work, and the badge counts', async ({ page, shop }) => {
    await page.goto(`${shop.url}products/mug-1`);
    await page.getByRole('radio', { name: 'Oat' }).check({ force: true });
    await page.getByRole('spinbutton', { name: 'Quantity' }).fill('3');
    await addButton(page).click();
    await expect(page).toHaveURL(`${shop.url}products/mug-1`);
    await expect(badge(page)).toHaveAccessibleName('Cart, 3 things');
    await badge(page).click();
    await expect(page.getByText('Oat, €18.00 each')).toBeVisible();
    await page.getByRole('button', { name: /^One more/ }).click();
    await expect(page).toHaveURL(`${shop.url}cart`);
    await expect(page.locator('.cart-total dd')).toHaveText('€72.00');
    await page.getByRole('spinbutton').fill('2');
    await page.getByRole('spinbutton').press('Enter');
    await expect(page.locator('.cart-total dd')).toHaveText('€36.00');
    await page.getByRole('button', { name: /^Remove/ }).click();
    await expect(page.getByText('There is nothing in it yet.')).toBeVisible();
    await expect(badge(page)).toHaveAccessibleName('Cart, empty');
  });
});
