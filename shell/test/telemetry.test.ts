import type { Page } from '@playwright/test';
import { expect, test } from 'vitest';
import type { TelemetryBatch } from '../src/telemetry/telemetry.ts';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { container, head, type Route, remote, type Site, slot, startSite } from './site.ts';

const { builds, browser } = await prepare();

const WIDGET = container(`return { mount(root) {
  const big = Object.assign(document.createElement('h2'), { textContent: 'The largest thing of the page', className: 'big' });
  big.onclick = () => { for (const end = performance.now() + 60; performance.now() < end; ); big.textContent += '!'; };
  root.replaceChildren(big);
  return { unmount() {} };
} };`);

/** A page with a widget that works, one that fails, and an endpoint that keeps what it gets. */
async function startVisit(endpoint = '/vitals') {
  const batches: { type: string | undefined; batch: TelemetryBatch }[] = [];
  const collect: Route = async (response, request) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    batches.push({ type: request.headers['content-type'], batch: JSON.parse(text) });
    response.end();
  };
  const slots = {
    note: slot('note', { render: 'client' }),
    gone: slot('gone'),
    never: slot('note', { mount: 'none' }),
  };
  const page = head(builds, slots, { note: remote('note'), gone: remote('gone') }).replace(
    '"v":1',
    `"v":1,"telemetry":"${endpoint}"`,
  );
  const site: Site = await startSite(builds, {
    '/?sku=1': `${page}<script type="module" async src="${builds.entries.telemetry}"></script>
      <fragment-slot slot-id="note" state="ready"><p>Loading</p></fragment-slot>
      <fragment-slot slot-id="gone" state="ready"><p>Gone</p></fragment-slot>
      <fragment-slot slot-id="never" state="ready"><p>Never</p></fragment-slot>`,
    '/_fragments/note/assets/entry.js': WIDGET,
    '/vitals': collect,
    '/next': 'Next',
  });
  return { ...site, batches };
}

async function useWidgets(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/?sku=1`);
  await page.waitForSelector('[slot-id=note][widget=mounted]', { state: 'attached' });
  await page.waitForSelector('[slot-id=gone][widget=failed]', { state: 'attached' });
  await page.click('.big');
  // Two frames later the browser has told how long the click took.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}

test('one batch tells of a visit when the visitor leaves: vitals with their slot, and every widget', async () => {
  await using site = await startVisit();
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await useWidgets(page, site.url);
  expect(site.batches).toEqual([]);
  await page.goto(`${site.url}/next`);
  await expect.poll(() => site.batches).toHaveLength(1);

  const { type, batch } = site.batches[0] ?? {};
  expect(type).toBe('application/json');
  expect(batch).toMatchObject({ v: 1, page: '/', path: '/' });
  const visit = (id: string) => batch?.slots.find(({ slot }) => slot === id);
  expect(visit('note')).toMatchObject({
    fragment: 'note',
    version: '1',
    state: 'mounted',
    retries: 0,
  });
  expect(visit('note')?.ms).toBeGreaterThan(0);
  expect(visit('gone')).toMatchObject({ state: 'failed', code: 'REMOTE_LOAD_FAILED', retries: 2 });
  expect(visit('never')).toBeUndefined();
  const vital = (name: string) => batch?.vitals.find((one) => one.name === name);
  for (const name of ['TTFB', 'FCP', 'LCP', 'CLS', 'INP']) expect(vital(name)).toBeDefined();
  expect(vital('LCP')).toMatchObject({ slot: 'note', element: '[slot-id=note] h2.big' });
  expect(vital('INP')).toMatchObject({ slot: 'note', element: '[slot-id=note] h2.big' });
  expect(errors.filter((text) => !/gone|404/.test(text))).toEqual([]);
});

test('another origin gets the same as plain text, and without beacons it is fetched', async () => {
  await using foreign = await startVisit();
  await using site = await startVisit(`${foreign.url.replace('127.0.0.1', 'localhost')}/vitals`);
  await using page = await openPage(browser);
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'sendBeacon'));
  await useWidgets(page, site.url);
  await page.goto(`${site.url}/next`);
  await expect.poll(() => foreign.batches).toHaveLength(1);
  expect(foreign.batches[0]?.type).toMatch(/^text\/plain/);
  expect(foreign.batches[0]?.batch.slots).toHaveLength(2);
});

test('without an endpoint nothing is measured nor sent', async () => {
  await using site = await startVisit();
  await using page = await openPage(browser);
  await page.route('**/?sku=1', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/"telemetry":"[^"]*",/, '');
    await route.fulfill({ response, body });
  });
  await useWidgets(page, site.url);
  await page.goto(`${site.url}/next`);
  expect(site.batches).toEqual([]);
});
