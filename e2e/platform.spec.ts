import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, scrollTo, startOwnShop, test } from './shop.ts';

/** Adds the strictest policy that the page's own scripts leave room for: no eval, no strings as scripts or HTML. */
async function withStrictPolicy(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback();
    const response = await route.fetch();
    const body = await response.text();
    const inline = [...body.matchAll(/<script(?![^>]*(?:src=|json))[^>]*>(.*?)<\/script>/gs)];
    const hashes = inline.map(
      ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
    );
    const policy = [
      `script-src 'self' ${[...new Set(hashes)].join(' ')}`,
      "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'",
      "require-trusted-types-for 'script'; trusted-types tessera",
    ];
    const headers = { ...response.headers(), 'content-security-policy': policy.join('; ') };
    await route.fulfill({ response, body, headers });
  });
}

async function useTheShop(page: Page, url: string): Promise<void> {
  await page.goto(`${url}products/mug-1`);
  await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.locator('fragment-slot[name=cart-badge] a')).toHaveAccessibleName(
    'Cart, 1 thing',
  );
  for (const name of ['reviews', 'recommendations']) {
    const slot = page.locator(`fragment-slot[name=${name}]`);
    await scrollTo(slot);
    await expect(slot).toHaveAttribute('widget', /hydrated|mounted/);
  }
  await page.goto(`${url}cart`);
  await expect(page.locator('fragment-slot[name=cart]')).toHaveAttribute('widget', 'hydrated');
  await page.goto(`${url}dashboard`);
  await expect(page.locator('fragment-slot[name=dashboard]')).toHaveAttribute('widget', 'mounted');
}

test('under a strict policy with Trusted Types everything works, and nothing is complained about', async ({
  page,
  shop,
  complaints,
}) => {
  await withStrictPolicy(page);
  await useTheShop(page, shop.url);
  expect(complaints).toEqual([]);
});

/**
 * Makes the browser one that does not know what only some do. Of the standards that are markup it gets a name that no browser
 * knows: Chromium has no switch for them any more.
 */
async function withoutNewFeatures(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    if (!/^(document|stylesheet)$/.test(route.request().resourceType())) return route.fallback();
    const response = await route.fetch({ maxRedirects: 0 });
    const body = (await response.text())
      .replaceAll('type="speculationrules"', 'type="unknown-rules"')
      .replaceAll('@view-transition', '@unknown-transition')
      .replaceAll('view-transition-name', 'unknown-transition-name');
    const headers = { ...response.headers() };
    const policy = headers['content-security-policy'];
    if (policy !== undefined)
      headers['content-security-policy'] = policy
        .split(';')
        .filter((directive) => !/trusted-types/.test(directive))
        .join(';');
    await route.fulfill({ response, body, headers });
  });
  await page.addInitScript(() => {
    for (const [owner, name] of [
      [window, 'requestIdleCallback'],
      [window, 'trustedTypes'],
      [window, 'navigation'],
      [window, 'scheduler'],
      [Navigator.prototype, 'sendBeacon'],
      [Document.prototype, 'startViewTransition'],
      [Element.prototype, 'checkVisibility'],
      [Element.prototype, 'moveBefore'],
    ] as const)
      Reflect.deleteProperty(owner, name);
  });
}

for (const [kind, restrict] of [
  ['under a strict policy', withStrictPolicy],
  ['in a browser without Trusted Types', withoutNewFeatures],
] as const) {
  test(`${kind}, reviews that the server could not have come by themselves when their service is back`, async ({
    page,
  }) => {
    await using shop = await startOwnShop();
    await shop.services.reviews.stop();
    await restrict(page);
    await page.clock.install();
    await page.goto(`${shop.url}products/mug-1`);
    const reviews = page.locator('fragment-slot[name=reviews]');
    await expect(reviews).toHaveAttribute('state', /error|fallback/);
    await shop.services.reviews.start();
    // Its time goes on only now: how long a service takes to start is not what this is about.
    await expect
      .poll(
        async () => {
          await page.clock.runFor(500);
          return reviews.getAttribute('state');
        },
        { timeout: 30_000 },
      )
      .toBe('ready');
    await expect(reviews.locator('form')).toBeAttached();
  });
}

test('without what only some browsers have, everything works all the same', async ({
  page,
  shop,
  complaints,
}) => {
  await withoutNewFeatures(page);
  const ahead: string[] = [];
  page.context().on('request', (request) => {
    if (request.headers()['sec-purpose']) ahead.push(request.url());
  });
  await useTheShop(page, shop.url);
  const missing = await page.evaluate(() =>
    ['requestIdleCallback', 'trustedTypes', 'navigation', 'scheduler'].filter(
      (name) => !(name in window),
    ),
  );
  expect(missing).toEqual(['requestIdleCallback', 'trustedTypes', 'navigation', 'scheduler']);

  await page.addInitScript(() =>
    addEventListener('pagereveal', (event) =>
      Object.assign(window, { crossFades: Reflect.get(event, 'viewTransition') !== null }),
    ),
  );
  const home = page.locator('header a[href="/"]').first();
  await home.hover();
  await home.click();
  await expect(page).toHaveURL(shop.url);
  await expect(page.locator('h1')).toBeVisible();
  // Known with the page's first frame, which may be later than what stands in it.
  await expect.poll(() => page.evaluate(() => Reflect.get(window, 'crossFades'))).toBe(false);
  expect(ahead).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a widget that comes into an empty slot is never seen without its style', async ({
  page,
  shop,
}) => {
  const code = page.waitForResponse(/\/_fragments\/recommendations\/assets\/widget-.*\.js/);
  // The style comes after the code.
  await page.route(/\/_fragments\/recommendations\/assets\/.*\.css/, async (route) => {
    await (await code).finished();
    await route.continue();
  });
  await page.addInitScript(() => {
    Object.assign(window, { unstyled: 0 });
    new MutationObserver(() => {
      const slot = document.querySelector('fragment-slot[name=recommendations]');
      const card = slot?.querySelector('[class*=recommendations]');
      if (!card) return;
      const linked = [...document.styleSheets].some(({ href }) =>
        href?.includes('/recommendations/assets/'),
      );
      if (!linked) Object.assign(window, { unstyled: Number(Reflect.get(window, 'unstyled')) + 1 });
    }).observe(document, { subtree: true, childList: true });
  });
  await page.goto(`${shop.url}products/mug-1`);
  const slot = page.locator('fragment-slot[name=recommendations]');
  await scrollTo(slot);
  await expect(slot).toHaveAttribute('widget', 'mounted');
  expect(await page.evaluate(() => Reflect.get(window, 'unstyled'))).toBe(0);
});
