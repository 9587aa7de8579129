import { parseArgs } from 'node:util';
import { type Browser, chromium } from '@playwright/test';
import { needChromium } from '../tools/chromium.ts';
import { startHttp2Proxy } from './http2-proxy.ts';
import config from './playwright.config.ts';
import { startWidgetSite, WIDGET_PAGES } from './widget-site.ts';

// How long it takes from the start of a navigation to a live widget: `pnpm bench:widget [--rounds 15]`. In multiples of the
// delay, because it is round trips that visitors wait for; what is above 2 is the browser's and this machine's work.

const DELAY_MS = 200;

/** The most that must hold on a machine that has nothing else to do. */
const LIMITS = { federated: 4, container: 3.5, both: 4 } as const;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const rounds = Number(values.rounds);

await using site = await startWidgetSite();
await using proxy = await startHttp2Proxy(site.url, DELAY_MS);
const { args = [] } = config.use?.launchOptions ?? {};
const browser = await chromium.launch({ executablePath: await needChromium(), args });
const taken = new Map<string, number[]>();
// In turn: what else the machine does hits all pages alike. The first round fills caches and counts for nothing.
for (let round = 0; round <= rounds; round++)
  for (const [page, slots] of Object.entries(WIDGET_PAGES)) {
    const liveMs = await timeToLive(browser, proxy.url + page, slots);
    if (round > 0) taken.set(page, [...(taken.get(page) ?? []), liveMs / DELAY_MS]);
  }
await browser.close();

console.log(`${rounds} cold visits each, HTTP/2 and TLS, every answer ${DELAY_MS} ms late\n`);
console.log('| page | best | median | worst | must be at most |\n|---|---|---|---|---|');
for (const [page, limit] of Object.entries(LIMITS)) {
  const times = (taken.get(page) ?? []).sort((a, b) => a - b);
  const [best, median, worst] = [times[0], times[Math.floor(times.length / 2)], times.at(-1)];
  const row = [best, median, worst].map((time) => `${time?.toFixed(2)} ×`);
  console.log(`| ${[page, ...row, `${limit} ×`].join(' | ')} |`);
}

/** Milliseconds from the navigation's start until the last of the slots has its widget, with nothing in any cache. */
async function timeToLive(
  browser: Browser,
  url: string,
  slots: readonly string[],
): Promise<number> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'commit' });
  for (const slot of slots)
    await page
      .locator(`fragment-slot[name=${slot}][widget=mounted]`)
      .waitFor({ state: 'attached', timeout: 30_000 });
  const liveMs = await page.evaluate((slots) => {
    const at = (slot: string) => performance.getEntriesByName(`tessera:${slot}:mounted`)[0];
    return Math.max(...slots.map((slot) => at(slot)?.startTime ?? Number.NaN));
  }, slots);
  await context.close();
  return liveMs;
}
