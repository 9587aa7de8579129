import { test as base, type Locator, type Page } from '@playwright/test';
import { type Shop, startShop } from '../shell/app/shop.ts';

/** What the browser complains about: errors in the console, uncaught errors, failed requests. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

interface Fixtures {
  /** Errors and warnings of the test's page, as they come. */
  complaints: string[];
}

interface WorkerFixtures {
  /** One shop for all tests of a worker that leave it as it is. */
  shop: Shop;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  complaints: async ({ page }, use) => use(listen(page)),
  shop: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter.
    async ({}, use) => {
      await using shop = await startShop({ port: 0, log: false });
      await use(shop);
    },
    { scope: 'worker' },
  ],
});

/** A shop of its own, for tests that break something. */
export const startOwnShop = (env: Record<string, string> = {}, port = 0) =>
  startShop({ port, log: false, env });

/** Scrolls to what stands in a slot, whatever it is at that moment: a widget that starts as it comes in sight replaces it. */
export const scrollTo = (slot: Locator): Promise<void> =>
  slot.evaluate((element) => element.firstElementChild?.scrollIntoView({ block: 'nearest' }));

export { expect } from '@playwright/test';
