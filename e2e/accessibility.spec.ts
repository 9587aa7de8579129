import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './shop.ts';

const PAGES = {
  ...{ home: '', product: 'products/mug-1', cart: 'cart', dashboard: 'dashboard' },
  missing: 'nothing-here',
};

/** The most that a page may move by itself; browsers call 0.1 good. */
const MAX_SHIFT = 0.02;

for (const [name, path] of Object.entries(PAGES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${name}: axe finds nothing serious, ${colorScheme}`, async ({ page, shop }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await putIntoCart(page, shop.url);
      await page.goto(shop.url + path);
      await settle(page);
      await scrollThrough(page);
      await settle(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const grave = violations.filter(({ impact }) => /^(serious|critical)$/.test(impact ?? ''));
      expect(
        grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`),
      ).toEqual([]);
    });
  }

  for (const width of [1280, 390]) {
    test(`${name}: nothing moves by itself, ${width} pixels wide`, async ({ page, shop }) => {
      await page.setViewportSize({ width, height: 800 });
      await putIntoCart(page, shop.url);
      await page.addInitScript(() => {
        const shifts: string[] = [];
        Object.assign(window, { shifts, shifted: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as unknown as LayoutShift[]) {
            if (entry.hadRecentInput) continue;
            Object.assign(window, { shifted: Reflect.get(window, 'shifted') + entry.value });
            const moved = entry.sources.map(({ node }) => node?.parentElement?.className ?? '?');
            shifts.push(`${entry.value.toFixed(4)} ${moved.join(' ')}`);
          }
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(shop.url + path);
      await settle(page);
      await scrollThrough(page);
      await settle(page);
      const { shifted, shifts } = await page.evaluate(() => ({
        shifted: Number(Reflect.get(window, 'shifted')),
        shifts: Reflect.get(window, 'shifts') as string[],
      }));
      expect(shifted, shifts.join('\n')).toBeLessThanOrEqual(MAX_SHIFT);
    });
  }
}

test('with the keyboard alone: search, choose a product, put it into the cart', async ({
  page,
  shop,
}) => {
  await page.goto(shop.url);
  await settle(page);
  await tabTo(page, 'searchbox', 'Search the shop');
  await page.keyboard.type('harbour mug');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\?q=harbour\+mug$/);
  await tabTo(page, 'link', 'Harbour Mug');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products\/mug-1$/);
  await settle(page);
  await tabTo(page, 'button', /add to .*cart/i);
  await page.keyboard.press('Enter');
  await expect(page.locator('fragment-slot[name=cart-badge]')).toContainText('1');
});

test('with the keyboard alone: give a tile a bad day, and have it try again', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}dashboard`);
  await expect(page.getByRole('status')).toHaveText('5 of 5 sources are here.');
  await tabTo(page, 'radio', 'A normal day');
  // Radios go round, so the last one is a step to the left of the first.
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('radio', { name: 'Failing stock' })).toBeChecked();
  const stock = page.getByRole('region', { name: 'Running low' });
  await expect(stock.getByRole('button', { name: 'Try again' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'A normal day' })).toBeChecked();
  await expect(stock.getByRole('button', { name: 'Try again' })).toBeVisible();
  await tabTo(page, 'button', /^Try again/);
  await page.keyboard.press('Enter');
  await expect(stock.getByRole('listitem')).toHaveCount(6);
  // The pressed button is gone; the focus stays in its tile.
  await expect(stock.getByRole('button', { name: 'Refresh' })).toBeFocused();
});

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node: Node | null }[];
}

/** A cart with something in it has more to get wrong. */
async function putIntoCart(page: Page, shop: string): Promise<void> {
  const posted = await page.request.post(`${shop}_fragments/cart/items`, {
    form: { sku: 'mug-1', quantity: 2 },
    headers: { accept: 'application/json', origin: new URL(shop).origin },
  });
  expect(posted.ok()).toBe(true);
}

/** Waits until nothing is on its way: no widget that starts, no source that is asked, no picture in sight. */
async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await expect(page.locator('fragment-slot[widget=loading]')).toHaveCount(0);
  await expect(page.locator('fragment-slot[state=pending]')).toHaveCount(0);
  await expect(page.locator('fragment-slot[widget=mounted] [aria-busy=true]')).toHaveCount(0);
}

/** Scrolls to the end as a reader does, a third of a screen at a time, and to the start again. */
async function scrollThrough(page: Page): Promise<void> {
  const done = () =>
    page.evaluate(() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1);
  while (!(await done())) {
    await page.evaluate(async () => {
      scrollBy({ top: innerHeight / 3, behavior: 'instant' });
      for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
    });
    await expect(page.locator('fragment-slot[widget=loading]')).toHaveCount(0);
  }
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
}

/** Presses Tab until the element has the focus; fails when it is not in the order. */
async function tabTo(
  page: Page,
  role: 'link' | 'button' | 'radio' | 'searchbox',
  name: string | RegExp,
): Promise<void> {
  const wanted = page.getByRole(role, { name }).first();
  await expect(wanted).toBeVisible();
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`The focus never reached the ${role} "${name}".`);
}
