import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, startOwnShop, test } from './shop.ts';

const badge = (page: Page) => page.locator('fragment-slot[name=cart-badge] a');
/** The button's remote. */
const ADD_SCRIPTS = /\/_fragments\/cart-add\/assets\/.*\.js/;

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
  expect(complaints).toEqual([]);
});

test('a click before the widget is there adds once, by the widget or by the form', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}products/mug-1`, { waitUntil: 'commit' });
  await addButton(page).click();
  await expect(badge(page)).toHaveAccessibleName('Cart, 1 thing');
});

test('every deliberate add counts, a double click once, and it is said at once that one is under way', async ({
  page,
  shop,
}) => {
  await openProduct(page, shop.url);
  const slot = page.locator('fragment-slot[name=cart-add]');
  await addButton(page).hover();
  await expect(slot).toHaveAttribute('widget', 'hydrated');
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const posted: string[] = [];
  await page.route('**/_fragments/cart/items', async (route) => {
    posted.push(new URLSearchParams(route.request().postData() ?? '').get('quantity') ?? '');
    await released;
    await route.continue();
  });
  await addButton(page).dblclick();
  await expect(slot.getByRole('status')).toHaveText('Adding…');
  await expect(addButton(page)).toHaveAttribute('aria-busy', 'true');
  await page.getByRole('button', { name: 'One more' }).click();
  await addButton(page).click();
  release();
  await expect(slot.getByRole('status')).toHaveText('Added. 3 things in your cart.');
  await expect(addButton(page)).not.toHaveAttribute('aria-busy');
  expect(posted).toEqual(['1', '2']);
});

test('an add that fails is told, and is no uncaught error', async ({ page, complaints }) => {
  await using shop = await startOwnShop();
  await openProduct(page, shop.url);
  const slot = page.locator('fragment-slot[name=cart-add]');
  await addButton(page).hover();
  await expect(slot).toHaveAttribute('widget', 'hydrated');
  await shop.services.cart.stop('SIGKILL');
  await addButton(page).click();
  await expect(slot.getByRole('status')).toHaveText(
    'That did not work. Please try again in a moment.',
  );
  await page.route('**/_fragments/cart/items', (route) => route.abort());
  await addButton(page).click();
  await expect(slot.getByRole('status')).toHaveText(
    'That did not work. Please try again in a moment.',
  );
  // What the browser itself says of the network.
  expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});

test('a form that posts while its service is dead shows the shop’s own page', async ({ page }) => {
  await using shop = await startOwnShop();
  await page.route(ADD_SCRIPTS, (route) => route.abort());
  await page.goto(`${shop.url}products/mug-1`);
  await expect(addButton(page)).toBeVisible();
  await shop.services.cart.stop('SIGKILL');
  await addButton(page).click();
  await expect(page.getByRole('heading', { name: 'We dropped something' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the shop' }).click();
  await expect(page).toHaveURL(shop.url);
});

test('native posts, one after the other, leave no uncaught error of the cross-fade between pages', async ({
  page,
  shop,
  complaints,
}) => {
  await page.route(ADD_SCRIPTS, (route) => route.abort());
  await page.goto(`${shop.url}products/mug-1`);
  for (const items of [/Cart, 1 thing/, /Cart, 2 things/]) {
    await addButton(page).hover();
    await expect(page.locator('fragment-slot[name=cart-add]')).toHaveAttribute('widget', 'failed', {
      timeout: 20_000,
    });
    await addButton(page).click();
    await expect(badge(page)).toHaveAccessibleName(items);
  }
  expect(complaints.filter((text) => /InvalidState|ViewTransition/.test(text))).toEqual([]);
});

test('what is held goes along as it was, whatever becomes of the widget', async ({
  browser,
  shop,
}) => {
  for (const fate of ['slow', 'gone', 'hanging', 'left'] as const) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route(ADD_SCRIPTS, async (route) => {
      await released;
      if (fate === 'slow') await route.continue();
      if (fate === 'gone') await route.fulfill({ status: 404, body: '' });
    });
    await page.goto(`${shop.url}products/mug-1`);
    await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
    await expect(page.locator('fragment-slot[name=cart-add]')).toHaveAttribute('widget', 'idle');
    await page.getByRole('spinbutton', { name: 'Quantity' }).fill('2');
    await addButton(page).dblclick();
    await expect(addButton(page)).toHaveAttribute('aria-busy', 'true');
    await page.getByRole('spinbutton', { name: 'Quantity' }).fill('5');
    if (fate === 'left') await page.getByRole('link', { name: 'Quill & Kettle' }).first().click();
    else {
      await addButton(page).click();
      await page.getByRole('spinbutton', { name: 'Quantity' }).fill('9');
    }
    release();
    const cart = async () =>
      (await (await context.request.get(`${shop.url}_fragments/cart/api/cart`)).json()).items;
    await expect.poll(cart, { message: fate, timeout: 15_000 }).toBe(fate === 'left' ? 2 : 7);
    if (fate === 'slow') {
      const status = page.locator('fragment-slot[name=cart-add]').getByRole('status');
      await expect(status).toHaveText('Added. 7 things in your cart.');
    }
    await context.close();
  }
});

test('badge and cart are right again on the way back, on return to the tab, and in another tab', async ({
  page,
  context,
  shop,
}) => {
  const add = () =>
    page.request.post(`${shop.url}_fragments/cart/items`, { form: { sku: 'mug-1' } });
  const ready = async () => {
    await expect(page.locator('fragment-slot[name=cart-badge]')).toHaveAttribute(
      'widget',
      'hydrated',
    );
  };
  await add();
  await page.goto(`${shop.url}cart`);
  await ready();
  await page.goto(shop.url);
  await ready();
  await add();
  await page.goBack();
  await expect(badge(page)).toHaveAccessibleName('Cart, 2 things');
  await expect(page.getByRole('spinbutton')).toHaveValue('2');

  await add();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(badge(page)).toHaveAccessibleName('Cart, 3 things');
  await expect(page.getByRole('spinbutton')).toHaveValue('3');

  const dashboard = await context.newPage();
  await dashboard.goto(`${shop.url}dashboard`);
  const tile = dashboard.getByRole('region', { name: 'Your cart', exact: true });
  await expect(tile).toContainText('3 things');
  const other = await context.newPage();
  await other.goto(`${shop.url}products/teapot`);
  await addButton(other).click();
  await expect(badge(other)).toHaveAccessibleName('Cart, 4 things');
  await expect(badge(page)).toHaveAccessibleName('Cart, 4 things');
  await expect(page.getByRole('listitem').filter({ hasText: 'Teapot' })).toBeVisible();
  await expect(tile).toContainText('4 things');
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
