import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { startHttp2Proxy } from './http2-proxy.ts';
import { expect, scrollTo, test } from './shop.ts';
import { startWidgetSite, WIDGET_PAGES, type WidgetSite } from './widget-site.ts';

// Counts of round trips, requests and bytes; how long it takes is for `pnpm bench:widget`.

const DELAY_MS = 200;

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

interface Fetched {
  readonly path: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The scripts that the page has fetched, in the order in which it asked for them. */
function scripts(page: Page): Promise<Fetched[]> {
  return page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
      .map(({ name, startTime, responseEnd }) => ({
        path: new URL(name).pathname,
        startMs: startTime,
        endMs: responseEnd,
      }))
      .sort((a, b) => a.startMs - b.startMs),
  );
}

/** Scripts that were asked for only once another one of them had come. */
function foundLate(fetched: readonly Fetched[]): string[] {
  const firstEndMs = Math.min(...fetched.map(({ endMs }) => endMs));
  return fetched.filter(({ startMs }) => startMs >= firstEndMs).map(({ path }) => path);
}

/** What a page loads until its widgets run: path → body, in the order in which it was asked for. */
async function loadWidgets(page: Page, url: string, slots: readonly string[]) {
  const answers: Promise<readonly [string, Buffer]>[] = [];
  page.on('response', (response) => {
    const { pathname, protocol } = new URL(response.url());
    if (protocol === 'https:')
      answers.push(response.body().then((body) => [pathname, body] as const));
  });
  await page.goto(url, { waitUntil: 'commit' });
  for (const slot of slots)
    await expect(page.locator(`fragment-slot[name=${slot}]`)).toHaveAttribute('widget', 'mounted');
  return Promise.all(answers);
}

const site = test.extend<object, { widgets: WidgetSite }>({
  widgets: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter.
    async ({}, use) => {
      await using widgets = await startWidgetSite();
      await use(widgets);
    },
    { scope: 'worker' },
  ],
});

for (const [name, slots] of Object.entries(WIDGET_PAGES)) {
  site(
    `${name}: a widget is live after two round trips, the page’s and one for all the rest`,
    async ({ browser, widgets }) => {
      const wanted = new Set<string>();
      {
        await using proxy = await startHttp2Proxy(widgets.url, 0);
        const page = await browser.newPage({ ignoreHTTPSErrors: true });
        const loaded = await loadWidgets(page, `${proxy.url}${name}`, slots);
        for (const [path] of loaded) wanted.add(path);
        expect(loaded.length, 'nothing is asked for twice').toBe(wanted.size);
        await page.close();
      }
      wanted.delete(`/${name}`);

      // Once more, and no answer but the page's before all of that is asked for.
      const asked = new Set<string>();
      const { promise: allAsked, resolve } = Promise.withResolvers<void>();
      await using proxy = await startHttp2Proxy(widgets.url, async (path) => {
        asked.add(path);
        if ([...wanted].every((one) => asked.has(one))) resolve();
        if (path !== `/${name}`) await allAsked;
      });
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      await loadWidgets(page, `${proxy.url}${name}`, slots);
      expect([...asked].filter((path) => path !== `/${name}`).sort()).toEqual([...wanted].sort());
      await page.close();
    },
  );
}

const SCRIPT_BUDGETS = { federated: 105_000, container: 95_000 };

for (const [name, budget] of Object.entries(SCRIPT_BUDGETS)) {
  site(
    `${name}: a page with one React widget loads at most ${budget / 1000} KB of scripts besides its own, gzipped, and as much over the wire`,
    async ({ browser, widgets }) => {
      await using proxy = await startHttp2Proxy(widgets.url, 0);
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      const slots = WIDGET_PAGES[name as keyof typeof WIDGET_PAGES];
      const loaded = await loadWidgets(page, `${proxy.url}${name}`, slots);
      // A federated widget's own code is a file of its own; a container's few bytes are counted.
      const isGlue = (path: string) => path.endsWith('.js') && !path.includes('/widget-');
      const scripts = loaded.filter(([path]) => isGlue(path));
      const gzipped = scripts.map(([path, body]) => [path, gzipSync(body, { level: 9 }).length]);
      expect(sum(gzipped.map(([, bytes]) => Number(bytes)))).toBeLessThanOrEqual(budget);
      const boot = gzipped.find(([path]) => /\/boot-/.test(String(path)));
      expect(boot?.[1]).toBeLessThanOrEqual(3 * 1024);
      const own = loaded.filter(([path]) => /^\/_fragments\/.*\.js$/.test(path));
      expect(own.length).toBeLessThanOrEqual(4);
      const fetched = await page.evaluate(() =>
        (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map(
          ({ name, encodedBodySize }) => ({ path: new URL(name).pathname, encodedBodySize }),
        ),
      );
      const glue = fetched.filter(({ path }) => isGlue(path));
      expect(glue.length).toBe(scripts.length);
      expect(sum(glue.map(({ encodedBodySize }) => encodedBodySize))).toBeLessThanOrEqual(budget);
      await page.close();
    },
  );
}

site('a page whose slots have no widgets loads nothing of ours', async ({ page, widgets }) => {
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).pathname));
  await page.goto(`${widgets.url}none`);
  await expect(page.locator('fragment-slot')).toHaveText('Hi');
  expect(requested).toEqual(['/none']);
});

test('everything that a widget of the first screen needs is asked for in one go, and nothing twice', async ({
  browser,
  shop,
}) => {
  await using proxy = await startHttp2Proxy(shop.url, DELAY_MS);
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(`${proxy.url}products/mug-1`, { waitUntil: 'commit' });
  const product = page.locator('fragment-slot[name=product]');
  await expect(product).toHaveAttribute('widget', 'hydrated');

  const eager = (await scripts(page)).filter(({ path }) =>
    /shell\/assets\/(boot|federation|react)|_fragments\/product\//.test(path),
  );
  expect(foundLate(eager)).toEqual([]);
  expect(eager.filter(({ path }) => path.includes('/product/')).length).toBeLessThanOrEqual(4);
  expect(eager.filter(({ path }) => /\/react/.test(path)).length).toBeLessThanOrEqual(2);
  expect(requested.length).toBe(new Set(requested).size);
  await page.close();
});

test('what starts later is asked for in one go when it is wanted', async ({ browser, shop }) => {
  await using proxy = await startHttp2Proxy(shop.url, DELAY_MS);
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.setViewportSize({ width: 1000, height: 300 });
  await page.goto(`${proxy.url}products/mug-1`);
  const reviews = page.locator('fragment-slot[name=reviews]');
  await expect(page.locator('fragment-slot[name=product]')).toHaveAttribute('widget', 'hydrated');
  await expect(reviews).toHaveAttribute('widget', 'idle');
  await scrollTo(reviews);
  await expect(reviews).toHaveAttribute('widget', 'hydrated');
  const own = (await scripts(page)).filter(({ path }) => path.includes('/reviews/'));
  expect(own.length).toBeGreaterThan(0);
  expect(own.length).toBeLessThanOrEqual(4);
  expect(foundLate(own)).toEqual([]);
  await page.close();
});

test('a page without widgets loads nothing of the shell', async ({ page, shop }) => {
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).pathname));
  await page.goto(`${shop.url}nothing-here`);
  expect(requested.filter((path) => path.startsWith('/_'))).toEqual([]);
});
