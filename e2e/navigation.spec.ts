import { chromium, type Page } from '@playwright/test';
import { expect, test } from './shop.ts';

const badge = (page: Page) => page.locator('fragment-slot[name=cart-badge] a');

async function openProduct(page: Page, url: string) {
  await page.goto(`${url}products/mug-1`);
  for (const name of ['product', 'cart-badge'])
    await expect(page.locator(`fragment-slot[name=${name}]`)).toHaveAttribute('widget', 'hydrated');
}

test('a page is fetched ahead when its link is hovered, and forgotten when something has changed', async ({
  page,
  shop,
  complaints,
}) => {
  const ahead: string[] = [];
  page.context().on('request', (request) => {
    if (request.headers()['sec-purpose']?.startsWith('prefetch'))
      ahead.push(new URL(request.url()).pathname);
  });
  await openProduct(page, shop.url);
  await badge(page).hover();
  await expect.poll(() => ahead).toEqual(['/cart']);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(badge(page)).toHaveAccessibleName('Cart, 1 thing');
  await badge(page).click();
  await expect(page).toHaveURL(/\/cart$/);
  await expect(page.getByRole('main')).toContainText('Harbour Mug');

  await page.goto(`${shop.url}products/mug-1`);
  await page.locator('header a[href="/"]').first().hover();
  await expect.poll(() => ahead.at(-1)).toBe('/');
  await page.locator('header a[href="/"]').first().click();
  await expect(page.locator('h1')).toBeVisible();
  const delivery = () =>
    page.evaluate(() => {
      const [navigation] = performance.getEntriesByType('navigation');
      return navigation && Reflect.get(navigation, 'deliveryType');
    });
  expect(await delivery()).toBe('navigational-prefetch');
  expect(complaints).toEqual([]);
});

test('pages cross-fade, the header as a part of its own, and title, focus and scroll are the new page’s', async ({
  page,
  shop,
  complaints,
}) => {
  await page.addInitScript(() => {
    addEventListener('pagereveal', (event) => {
      const { viewTransition } = event as unknown as { viewTransition?: { ready: Promise<void> } };
      Object.assign(window, { groups: [] });
      viewTransition?.ready.then(
        () => {
          const animated = document
            .getAnimations()
            .map(({ effect }) => Reflect.get(effect ?? {}, 'pseudoElement'));
          Object.assign(window, { groups: animated });
        },
        () => {},
      );
    });
  });
  await page.goto(shop.url);
  await page.evaluate(() => scrollTo(0, 400));
  const before = await page.evaluate(() => scrollY);
  await page.locator('a[href="/products/mug-1"]').first().click();
  await expect(page).toHaveTitle(/Harbour Mug/);
  await expect
    .poll(() => page.evaluate(() => Reflect.get(window, 'groups')))
    .toContain('::view-transition-group(root)');
  const name = await page
    .locator('fragment-slot[name=header] > :first-child')
    .evaluate((element) => getComputedStyle(element).viewTransitionName);
  expect(name).toBe('header');
  expect(await page.evaluate(() => [scrollY, document.activeElement?.localName])).toEqual([
    0,
    'body',
  ]);
  await page.evaluate(() => history.back());
  await expect(page).toHaveTitle(/^Quill & Kettle: /);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(before);
  expect(complaints).toEqual([]);
});

test('who wants reduced motion gets none', async ({ page, shop }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(shop.url);
  const name = await page
    .locator('fragment-slot[name=header] > :first-child')
    .evaluate((element) => getComputedStyle(element).viewTransitionName);
  expect(name).toBe('none');
});

test('the browser keeps a page with running widgets, and they go on when the visitor is back', async ({
  shop,
  launchOptions,
}) => {
  const browser = await chromium.launch({
    ...launchOptions,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      addEventListener('pageshow', ({ persisted }) => Object.assign(window, { persisted }));
    });
    await openProduct(page, shop.url);
    await page.getByRole('button', { name: 'One more' }).click();
    await badge(page).click();
    await expect(page).toHaveURL(/\/cart$/);
    await page.evaluate(() => history.back());
    await expect(page).toHaveURL(/mug-1$/);
    await expect.poll(() => page.evaluate(() => Reflect.get(window, 'persisted'))).toBe(true);
    await expect(page.getByRole('spinbutton', { name: 'Quantity' })).toHaveValue('2');
    await page.getByRole('button', { name: 'One more' }).click();
    await expect(page.getByRole('spinbutton', { name: 'Quantity' })).toHaveValue('3');
  } finally {
    await browser.close();
  }
});
