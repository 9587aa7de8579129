import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, startOwnShop, test } from './shop.ts';

const inspectorOf = (page: Page) => page.locator('tessera-inspector');
const rowOf = (page: Page, slot: string) =>
  inspectorOf(page)
    .locator('tbody')
    .filter({ has: page.getByRole('button', { name: slot, exact: true }) });
const frameOf = (page: Page, slot: string) =>
  inspectorOf(page).locator(`.outline[data-slot=${slot}]`);

test('every slot of the product page is outlined and told of, live', async ({
  page,
  shop,
  complaints,
}) => {
  await page.goto(`${shop.url}products/mug-1?tessera=inspect`);
  const panel = inspectorOf(page).getByRole('complementary', { name: 'Tessera inspector' });
  await expect(panel).toContainText('/products/:sku');
  const slots = await page.locator('fragment-slot').evaluateAll((all) =>
    all.map((slot) => {
      const text = (name: string) => slot.getAttribute(name) ?? '';
      return { id: text('slot-id'), state: text('state') };
    }),
  );
  expect(slots.map(({ id }) => id)).toContain('reviews');
  await expect(inspectorOf(page).locator('tbody')).toHaveCount(slots.length);
  for (const { id, state } of slots)
    await expect(rowOf(page, id)).toContainText(id === 'recommendations' ? 'client' : state);
  await expect(rowOf(page, 'product')).toContainText(
    /product@\S+.*(ready|stale).*hydrated.* ms.* kB/s,
  );
  await expect(frameOf(page, 'product')).toContainText(/team product · [\d.,]+ ms · [\d.]+ kB/);

  await expect(rowOf(page, 'recommendations')).toContainText(/client.*idle/);
  await rowOf(page, 'recommendations').getByRole('button').focus();
  await expect(rowOf(page, 'recommendations')).toContainText(/client.*mounted/);
  await page.keyboard.press('Enter');
  await expect(rowOf(page, 'recommendations')).toContainText('tessera:mounted');
  await expect(page.locator('body tessera-inspector, body [style*=translate]')).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('with the keyboard alone: go through the slots, close the panel, and open it again', async ({
  page,
  shop,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`${shop.url}products/mug-1?tessera=inspect`);
  const toggle = inspectorOf(page).getByRole('button', { name: 'Tessera inspector' });
  await expect(toggle).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Tab');
  await expect(toggle).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(inspectorOf(page).getByRole('checkbox', { name: 'Outlines' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(rowOf(page, 'header').getByRole('button')).toBeFocused();
  await expect(frameOf(page, 'header')).toHaveClass(/active/);

  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await expect(rowOf(page, 'reviews').getByRole('button')).toBeFocused();
  await expect(frameOf(page, 'reviews')).toHaveClass(/active/);
  await expect(page.getByRole('heading', { name: /^Reviews/ })).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(rowOf(page, 'reviews')).toContainText('/reviews/mug-1 → 200');

  await page.keyboard.press('Escape');
  await expect(inspectorOf(page).getByRole('table')).toBeHidden();
  await expect(toggle).toBeFocused();
  await expect(toggle).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('Enter');
  await expect(inspectorOf(page).getByRole('table')).toBeVisible();
});

test('a press on a label opens its row; without outlines the page is bare', async ({
  page,
  shop,
}) => {
  await page.goto(`${shop.url}products/mug-1?tessera=inspect`);
  await page.keyboard.press('Escape');
  await frameOf(page, 'product').getByRole('button').click();
  await expect(rowOf(page, 'product').getByRole('button')).toBeFocused();
  await inspectorOf(page).getByRole('checkbox', { name: 'Outlines' }).uncheck();
  await expect(frameOf(page, 'product')).toBeHidden();
});

test('a dead team is named with its cause', async ({ page }) => {
  await using shop = await startOwnShop();
  await shop.services.reviews.stop('SIGKILL');
  await page.goto(`${shop.url}products/mug-1?tessera=inspect`);
  await expect(inspectorOf(page).getByRole('button', { name: /[12] problem/ })).toBeVisible();
  await expect(rowOf(page, 'reviews')).toContainText(/error.*FRAGMENT_UNREACHABLE/);
  await expect(rowOf(page, 'reviews')).toContainText('Fragment "reviews" cannot be reached');
  await rowOf(page, 'reviews').getByRole('button').focus();
  await expect(frameOf(page, 'reviews')).toContainText(/error.*FRAGMENT_UNREACHABLE/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the inspector, and all text has contrast, ${colorScheme}`, async ({
    page,
    shop,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(`${shop.url}products/mug-1?tessera=inspect`);
    await rowOf(page, 'product').getByRole('button').click();
    await expect(frameOf(page, 'product')).toBeVisible();
    const { violations, passes } = await new AxeBuilder({ page })
      .include('tessera-inspector')
      .analyze();
    expect(passes.map(({ id }) => id)).toContain('button-name');
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`),
    ).toEqual([]);
    // axe does not see colours of what stands above the page in a top layer.
    const texts = await inspectorOf(page).evaluate(contrasts);
    expect(texts.length).toBeGreaterThan(40);
    expect(texts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });
}

test('a page without the query loads nothing of it', async ({ page, shop }) => {
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(`${shop.url}products/mug-1`);
  await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
  expect(requested.filter((url) => url.includes('inspector'))).toEqual([]);
  await expect(page.locator('tessera-inspector, #tessera-report')).toHaveCount(0);
});

/** Every text in the inspector with its contrast ratio (WCAG 2.2 §1.4.3). Runs in the page. */
function contrasts({ shadowRoot }: Element): { text: string; ratio: number }[] {
  type Colour = readonly [number, number, number, number];
  const colour = (css: string): Colour => {
    const [r = 0, g = 0, b = 0, a = 1] = css.match(/[\d.]+/g)?.map(Number) ?? [];
    return [r, g, b, a];
  };
  const over = ([r, g, b, a]: Colour, [r2, g2, b2]: Colour): Colour => [
    r * a + r2 * (1 - a),
    g * a + g2 * (1 - a),
    b * a + b2 * (1 - a),
    1,
  ];
  const background = (element: Element | null): Colour => {
    if (!element) return [255, 255, 255, 1];
    const own = colour(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, background(element.parentElement));
  };
  const luminance = ([r, g, b]: Colour) => {
    const [x = 0, y = 0, z = 0] = [r, g, b]
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const elements = [...(shadowRoot?.querySelectorAll('*') ?? [])];
  const withText = elements.filter((element) =>
    [...element.childNodes].some((node) => node instanceof Text && node.data.trim()),
  );
  return withText.map((element) => {
    const behind = background(element);
    const light = [over(colour(getComputedStyle(element).color), behind), behind].map(luminance);
    const ratio = (Math.max(...light) + 0.05) / (Math.min(...light) + 0.05);
    return { text: element.textContent ?? '', ratio };
  });
}
