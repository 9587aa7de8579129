import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { startHttp2Proxy } from './http2-proxy.ts';
import { expect, test } from './shop.ts';

// Counts of requests and bytes; how long it takes is for the benchmarks, and only noted here.

const DELAY_MS = 200;
const ROOT = join(import.meta.dirname, '..');

const gzipped = (file: string) => gzipSync(readFileSync(join(ROOT, file)), { level: 9 }).length;

/** The gzipped bytes of the one file that matches. */
function sizeOf(pattern: string): number {
  const [file, ...more] = globSync(pattern, { cwd: ROOT });
  if (file === undefined || more.length > 0) throw new Error(`${pattern}: ${more.length} files`);
  return gzipped(file);
}

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

test('a page with one React widget loads no more than 105 KB of scripts besides its own', () => {
  const remote = JSON.parse(
    readFileSync(join(ROOT, 'fragments/product/dist/client/remote.json'), 'utf8'),
  );
  const closure: string[] = remote.modules['./widget'].js;
  const glue = closure.filter((file) => !/\/widget-/.test(file));
  const shell = ['boot', 'federation', 'react'].map((name) =>
    sizeOf(`shell/dist/assets/${name}-*.js`),
  );
  const page = shell.reduce((sum, bytes) => sum + bytes, 0);
  const glueBytes = glue.reduce(
    (sum, file) => sum + gzipped(`fragments/product/dist/client/${file}`),
    0,
  );
  expect(shell[0]).toBeLessThan(3 * 1024);
  expect(closure.length).toBeLessThanOrEqual(4);
  expect(page + glueBytes).toBeLessThanOrEqual(105_000);
  // A container has no glue but init() and get().
  expect(page + 500).toBeLessThanOrEqual(95_000);
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
  const liveMs = await page.evaluate(
    () => performance.getEntriesByName('tessera:product:hydrated')[0]?.startTime ?? 0,
  );
  test.info().annotations.push({
    type: 'time',
    description: `live after ${(liveMs / DELAY_MS).toFixed(2)} × ${DELAY_MS} ms`,
  });
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
  await reviews.locator(':scope > *').first().scrollIntoViewIfNeeded();
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
