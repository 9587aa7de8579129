import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from '@playwright/test';
import { startShop } from '../shell/app/shop.ts';
import { needChromium } from '../tools/chromium.ts';
import { startTwoWays } from './client-page.ts';
import { startHttp2Proxy } from './http2-proxy.ts';
import config from './playwright.config.ts';
import { picture, type Timeline } from './timeline-picture.ts';

// When a visitor with a slow phone sees the shop's product page, and can use its first widget, beside the same page whose
// slots the browser fills: `pnpm bench:timeline [--rounds 9] [--picture]`.

/** "Slow 4G" of Chromium's developer tools; bytes a second, and milliseconds for each request. */
const SLOW_4G = {
  offline: false,
  latency: 562.5,
  downloadThroughput: (1.6e6 / 8) * 0.9,
  uploadThroughput: (750e3 / 8) * 0.9,
};
const PAGE = 'products/mug-1';
/** Its widget starts at once. */
const WIDGET = 'product';
const PICTURE = join(import.meta.dirname, '../docs/timeline.svg');

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    picture: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`Usage: pnpm bench:timeline [--rounds 9] [--picture]

  --rounds   how often each page is visited
  --picture  draws what was measured into docs/timeline.svg
`);
  process.exit();
}
const rounds = Number(values.rounds);
if (!/^[1-9]\d{0,2}$/.test(values.rounds)) {
  process.stderr.write(
    `--rounds must be a whole number from 1 to 999 (it is "${values.rounds}").\n`,
  );
  process.exit(1);
}

await using shop = await startShop({ log: false });
await using site = await startTwoWays(shop.url);
await using proxy = await startHttp2Proxy(site.url, 0);
const { args = [] } = config.use?.launchOptions ?? {};
const browser = await chromium.launch({ executablePath: await needChromium(), args });
const ways = {
  'composed by Tessera': proxy.url + PAGE,
  'slots filled by the browser': proxy.url + PAGE + site.clientQuery,
};
const seen = new Map<string, Timeline[]>();
// In turn: what else the machine does hits both alike. The first round fills the composer's cache and counts for nothing.
for (let round = 0; round <= rounds; round++)
  for (const [way, url] of Object.entries(ways)) {
    const timeline = await visit(browser, url);
    if (round > 0) seen.set(way, [...(seen.get(way) ?? []), timeline]);
  }
await browser.close();

const medians = new Map([...seen].map(([way, timelines]) => [way, medianOf(timelines)]));
console.log(
  `The shop's product page over slow 4G, HTTP/2 and TLS, median of ${rounds} cold visits\n`,
);
console.log('| | first paint | largest paint | widget live |\n|---|---|---|---|');
for (const [way, { firstPaintMs, largestPaintMs, liveMs }] of medians) {
  const cells = [firstPaintMs, largestPaintMs, liveMs].map((ms) => `${(ms / 1000).toFixed(2)} s`);
  console.log(`| ${[way, ...cells].join(' | ')} |`);
}
if (values.picture) writeFileSync(PICTURE, picture(medians));

async function visit(browser: Browser, url: string): Promise<Timeline> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 412, height: 823 },
  });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', SLOW_4G);
  await page.goto(url, { waitUntil: 'commit' });
  await page
    .locator(`fragment-slot[name=${WIDGET}][widget=hydrated]`)
    .waitFor({ state: 'attached', timeout: 60_000 });
  await page.waitForLoadState('load');
  const timeline = await page.evaluate(async (widget) => {
    const largest = await new Promise<number>((resolve) => {
      new PerformanceObserver((list) =>
        resolve(list.getEntries().at(-1)?.startTime ?? NaN),
      ).observe({ type: 'largest-contentful-paint', buffered: true });
    });
    const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime ?? NaN;
    return {
      firstPaintMs: at('first-contentful-paint'),
      largestPaintMs: largest,
      liveMs: at(`tessera:${widget}:hydrated`),
    };
  }, WIDGET);
  await context.close();
  return timeline;
}

function medianOf(timelines: readonly Timeline[]): Timeline {
  const middle = (of: (timeline: Timeline) => number) =>
    timelines.map(of).sort((a, b) => a - b)[Math.floor(timelines.length / 2)] ?? Number.NaN;
  return {
    firstPaintMs: middle(({ firstPaintMs }) => firstPaintMs),
    largestPaintMs: middle(({ largestPaintMs }) => largestPaintMs),
    liveMs: middle(({ liveMs }) => liveMs),
  };
}
