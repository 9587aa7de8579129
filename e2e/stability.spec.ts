import type { Page } from '@playwright/test';
import type { Shop } from '../shell/app/shop.ts';
import { expect, startOwnShop, test } from './shop.ts';

/** The most that a page may move by itself; browsers call 0.1 good. */
const MAX_SHIFT = 0.02;

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}

interface Shifts {
  readonly sum: number;
  /** What moved, from where to where: what a failure has to tell. */
  readonly told: string;
}

/** Counts from the page's start how much of it moves without the visitor having done anything. */
async function watchShifts(page: Page): Promise<() => Promise<Shifts>> {
  await page.addInitScript(() => {
    const shifts = { sum: 0, told: '' };
    Object.assign(window, { shifts });
    const tell = ({ x, y, width, height }: DOMRectReadOnly) => `${x},${y} ${width}x${height}`;
    const name = (node: Node | null) => {
      const element = node instanceof Element ? node : node?.parentElement;
      return `<${element?.localName} class="${element?.className}">`;
    };
    new PerformanceObserver((list) => {
      for (const {
        value,
        hadRecentInput,
        sources,
        startTime,
      } of list.getEntries() as LayoutShift[]) {
        if (hadRecentInput) continue;
        shifts.sum += value;
        shifts.told += `\n${value.toFixed(4)} after ${Math.round(startTime)} ms`;
        for (const { node, previousRect, currentRect } of sources)
          shifts.told += `\n  ${name(node)} ${tell(previousRect)} -> ${tell(currentRect)}`;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return () =>
    page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
      return Reflect.get(window, 'shifts') as Shifts;
    });
}

async function whenReviewed(page: Page): Promise<void> {
  const reviews = page.locator('fragment-slot[name=reviews]');
  await expect(reviews).toHaveAttribute('widget', 'hydrated');
  await expect(reviews.getByLabel('Sort by')).toBeVisible();
}

for (const size of SIZES) {
  test(`${size.width} pixels wide: nothing moves when the reviews' widget starts in sight`, async ({
    browser,
    shop,
  }) => {
    for (const late of [false, true]) {
      const page = await browser.newPage({ viewport: size });
      const shifts = await watchShifts(page);
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      if (late) {
        await page.route(/\/_fragments\/reviews\/assets\/.*\.js/, async (route) => {
          await released;
          await route.continue();
        });
      }
      await page.goto(`${shop.url}products/letter-set#reviews-heading`, { waitUntil: 'commit' });
      await expect(page.locator('.reviews-form')).toBeAttached();
      release();
      await whenReviewed(page);
      const { sum, told } = await shifts();
      expect(sum, told).toBeLessThanOrEqual(MAX_SHIFT);
      await page.close();
    }
  });

  test(`${size.width} pixels wide: nothing moves when late reviews come, in sight or above`, async ({
    browser,
  }) => {
    await using shop: Shop = await startOwnShop({ REVIEWS_DELAY_MS: '1200' });
    for (const sku of ['letter-set', 'mug-1', 'teapot']) {
      for (const place of ['.below', '.shelf']) {
        const page = await browser.newPage({ viewport: size });
        const shifts = await watchShifts(page);
        await page.goto(`${shop.url}products/${sku}`, { waitUntil: 'commit' });
        await expect(page.locator('.shelf')).toBeAttached();
        await page.locator(place).evaluate((element, place) => {
          const block = place === '.below' ? 'start' : 'center';
          element.scrollIntoView({ behavior: 'instant', block });
        }, place);
        await expect(page.locator('.reviews-form')).toBeAttached();
        if (place === '.below') await whenReviewed(page);
        await page.waitForLoadState('networkidle');
        const { sum, told } = await shifts();
        expect(sum, `${sku} ${place}${told}`).toBeLessThanOrEqual(MAX_SHIFT);
        await page.close();
      }
    }
  });
}

for (const size of [...SIZES, { width: 900, height: 800 }]) {
  test(`${size.width} pixels wide: the content stands as high without the header team as with it`, async ({
    browser,
    shop,
  }) => {
    await using own = await startOwnShop();
    await own.services.header.stop();
    const page = await browser.newPage({ viewport: size });
    const top = async (url: string) => {
      await page.goto(`${url}products/mug-1`);
      return (await page.locator('#content').boundingBox())?.y;
    };
    const withIt = await top(shop.url);
    await expect(page.locator('.header')).toBeVisible();
    expect(await top(own.url)).toBe(withIt);
    await expect(page.locator('.plain-header')).toBeVisible();
    await page.close();
  });

  test(`${size.width} pixels wide: nothing moves when a widget takes the place of what stood in for the late delivery`, async ({
    browser,
  }) => {
    await using shop = await startOwnShop({ DELIVERY_DELAY_MS: '2000' });
    const page = await browser.newPage({ viewport: size });
    const { promise: seen, resolve: release } = Promise.withResolvers<void>();
    await page.route(/\/_fragments\/delivery\/assets\/.*\.js/, async (route) => {
      await seen;
      await route.continue();
    });
    await page.goto(`${shop.url}products/mug-1`);
    const delivery = page.locator('.delivery');
    await expect(delivery).toContainText('two to three days');
    const below = page.locator('.promises');
    const top = (await below.boundingBox())?.y ?? Number.NaN;
    release();
    await expect(delivery).toContainText('Order within');
    expect((await below.boundingBox())?.y).toBeCloseTo(top);
    await page.close();
  });
}

/** More things than the dashboard's cart shows. */
const THINGS = ['mug-1', 'enamel-mug', 'tall-mug', 'teapot', 'carafe'];

for (const { width, height } of SIZES) {
  test(`${width} pixels wide: each of the dashboard's tiles is as high without its value as with it`, async ({
    browser,
    shop,
  }) => {
    for (const things of [[], THINGS]) {
      const page = await browser.newPage({ viewport: { width, height } });
      for (const sku of things) {
        const posted = await page.request.post(`${shop.url}_fragments/cart/items`, {
          form: { sku, quantity: '2' },
          headers: { accept: 'application/json', origin: new URL(shop.url).origin },
        });
        expect(posted.ok()).toBe(true);
      }
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      await page.route(/\/api\//, async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(`${shop.url}dashboard`);
      const tiles = page.locator('.dash-tile');
      await expect(tiles).toHaveCount(5);
      const heights = () =>
        tiles.evaluateAll((all) =>
          all.map((tile) => [tile.className, Math.round(tile.getBoundingClientRect().height)]),
        );
      const before = await heights();
      release();
      // On a busy machine the time of one may have been over before it was released.
      await expect(async () => {
        const status = page.getByRole('status');
        if (/without an answer/.test((await status.textContent()) ?? ''))
          await page.getByRole('button', { name: 'Refresh all' }).click();
        await expect(status).toHaveText('5 of 5 sources are here.', { timeout: 5000 });
      }).toPass({ timeout: 20_000 });
      expect(await heights()).toEqual(before);
      await page.close();
    }
  });
}

test('what of an error page is there does not move when the rest of it comes', async ({
  page,
  shop,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${shop.url}nothing-here`);
  const picture = page.locator('main img');
  const whole = await picture.boundingBox();
  await picture.evaluate((img) => {
    while (img.nextElementSibling) img.nextElementSibling.remove();
  });
  expect(await picture.boundingBox()).toEqual(whole);
});

test('without scripts the reviews keep no place free for what only a script brings', async ({
  browser,
  shop,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${shop.url}products/letter-set`);
  await expect(page.locator('.reviews-tools')).toBeHidden();
  expect(await page.locator('.reviews-tools').boundingBox()).toBeNull();
  await context.close();
});
