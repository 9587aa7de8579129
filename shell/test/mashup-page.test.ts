import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBuild } from './build.ts';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { type Route, startSite } from './site.ts';

const { builds, browser } = await prepare();
const script = await buildScript();

async function buildScript(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-mashup-'));
  await runBuild(join(import.meta.dirname, 'mashup-page'), folder);
  const text = await readFile(join(folder, 'tiles.js'), 'utf8');
  await rm(folder, { recursive: true });
  return text;
}

async function openTiles(slow: Route) {
  const { boot: _, ...imports } = builds.entries;
  let fast = 0;
  let polled = 0;
  const site = await startSite(builds, {
    '/': `<!doctype html><html lang="en"><title>Tiles</title><link rel="icon" href="data:,">
      <script type="importmap">${JSON.stringify({ imports })}</script>
      <main></main><script type="module" src="/tiles.js"></script>`,
    '/tiles.js': script,
    '/away': '<title>Away</title>',
    '/api/slow': slow,
    '/api/fast': (response) => response.end(String(++fast)),
    '/api/polled': (response) => response.end(String(++polled)),
  });
  const page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url, { waitUntil: 'commit' });
  return {
    page,
    errors,
    requests: site.requests,
    async [Symbol.asyncDispose]() {
      await page.close();
      await site[Symbol.asyncDispose]();
    },
  };
}

test('a component shows each partial result as it comes', async () => {
  const answer = Promise.withResolvers<void>();
  await using tiles = await openTiles(async (response) => {
    await answer.promise;
    response.end('"late"');
  });

  await tiles.page.waitForSelector('text=fast: ready 1');
  expect(await tiles.page.textContent('li')).toBe('slow: loading ');
  answer.resolve();

  await tiles.page.waitForSelector('text=slow: ready late');
  expect(tiles.errors).toEqual([]);
});

test('a source refreshes by itself every refreshMs', async () => {
  await using tiles = await openTiles((response) => response.end('1'));

  await tiles.page.waitForSelector('text=polled: ready 3');
});

test.for(['focus', 'visibilitychange'])(
  'sources refresh when the visitor comes back (%s), except those that must not',
  async (event) => {
    await using tiles = await openTiles((response) => response.end('1'));
    const { page } = tiles;
    await page.waitForSelector('text=fast: ready 1');
    await page.evaluate((event) => {
      const target = event === 'focus' ? window : document;
      target.dispatchEvent(new Event(event));
    }, event);

    await page.waitForSelector('text=fast: ready 2');
  },
);

test('leaving the page aborts what runs', async () => {
  const asked = Promise.withResolvers<ServerResponse>();
  await using tiles = await openTiles((response) => asked.resolve(response));
  const response = await asked.promise;
  const closed = new Promise((resolve) => response.once('close', resolve));

  await tiles.page.goto(new URL('/away', tiles.page.url()).href);

  await closed;
  expect(response.writableFinished).toBe(false);
});

test('stop() in the page ends polling', async () => {
  await using tiles = await openTiles((response) => response.end('1'));
  const { page } = tiles;
  await page.waitForSelector('text=polled: ready 2');

  await page.evaluate('mashup.stop()');
  const asked = tiles.requests.length;
  // Two of its intervals and a round trip later.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 120)));
  await page.evaluate(() => fetch('/away'));

  expect(tiles.requests.slice(asked)).toEqual(['/away']);
});
