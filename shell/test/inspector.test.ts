import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import type { PageReport, SlotReport } from '@tessera/contract';
import { REPORT_ID } from '@tessera/contract';
import { expect, test } from 'vitest';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { startSite } from './site.ts';

const { builds, browser } = await prepare();

/** Neither inline scripts nor inline styles nor strings as HTML. */
const STRICT =
  "default-src 'none'; script-src 'self'; style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

const ready: SlotReport = {
  slot: 'news',
  fragment: 'news',
  state: 'ready',
  ms: 12.34,
  bytes: 5200,
};

const reportOf = (...slots: SlotReport[]): string => {
  const report: PageReport = {
    requestId: 'request-1',
    traceId: 'trace-1',
    page: '/:sku',
    status: 200,
    ms: 42,
    slots,
  };
  return JSON.stringify(report);
};

/** A page as the composer sends it for `?tessera=inspect`; without `report` it has none. */
function startPage(body: string, report?: string) {
  const script = `<script type="application/json" id="${REPORT_ID}">${report}</script>`;
  return startSite(builds, {
    '/': (response) => {
      response.setHeader('content-security-policy', STRICT);
      response.end(`<!doctype html><html lang="en"><head><title>Test</title>
        <link rel="stylesheet" href="/page.css"></head><body>${body}
        ${report === undefined ? '' : script}<script type="module" src="${builds.entries.inspector}"></script></body></html>`);
    },
    '/page.css': `fragment-slot { display: contents } body { margin: 0 } button { font-size: 99px }
      * { letter-spacing: 9px !important } tessera-inspector { display: none !important }`,
    '/favicon.ico': '',
  });
}

const slotElement = (id: string, content: string) =>
  `<fragment-slot name="${id}" slot-id="${id}" state="ready">${content}</fragment-slot>`;

const inspectorOf = (page: Page) => page.locator('tessera-inspector');
const rowOf = (page: Page, id: string) => inspectorOf(page).locator('tbody', { hasText: id });
const frameOf = (page: Page, id: string) => inspectorOf(page).locator(`.outline[data-slot=${id}]`);

test('the inspector is one file of less than 7 KB gzipped that boot knows nothing of', async () => {
  const read = (name: string) =>
    readFile(
      join(builds.shell, (builds.entries[name] ?? '').replace('/_tessera/shell/', '')),
      'utf8',
    );
  const [inspector, boot] = await Promise.all([read('inspector'), read('boot')]);

  expect(gzipSync(inspector).length).toBeLessThan(7 * 1024);
  expect(inspector).not.toMatch(/(^|;)\s*import\b/);
  expect(boot).not.toContain('inspector');
});

test('under a strict CSP it says of each slot what the report does, and leaves the page as it is', async () => {
  const broken: SlotReport = {
    slot: 'offers',
    fragment: 'promo',
    team: 'sales',
    version: '1.4.0',
    url: 'http://promo/offers',
    state: 'error',
    cause: 'FRAGMENT_TIMEOUT',
    message: 'Fragment "promo" did not finish within 20 ms.',
    ms: 20,
    cache: 'miss',
    repairs: ['closed <b>', 'removed <base>'],
  };
  const body = slotElement('news', '<p>News</p>') + slotElement('offers', '<p>None</p>');
  await using site = await startPage(body, reportOf(ready, broken));
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);

  await expect.poll(() => frameOf(page, 'offers').count()).toBe(1);
  const label = await frameOf(page, 'offers').textContent();
  for (const fact of ['offers', 'error', 'promo@1.4.0', 'team sales', '20 ms', 'cache miss'])
    expect(label).toContain(fact);
  expect(label).toContain('2 repairs · FRAGMENT_TIMEOUT');
  expect(await frameOf(page, 'news').textContent()).toContain('12.3 ms · 5.2 kB');
  // What is wrong is open from the start, the rest is closed.
  const offers = await rowOf(page, 'offers').textContent();
  for (const fact of ['http://promo/offers', 'did not finish within 20 ms', 'removed <base>'])
    expect(offers).toContain(fact);
  expect(await rowOf(page, 'news').locator('.details').isVisible()).toBe(false);
  const panel = await inspectorOf(page).locator('.page').textContent();
  for (const fact of ['/:sku', '200', '42 ms', 'request-1', 'trace-1'])
    expect(panel).toContain(fact);
  expect(await inspectorOf(page).locator('.toggle').textContent()).toMatch(/2 slots\s+1 problem/);

  const untouched = await browser.newPage({ javaScriptEnabled: false });
  await untouched.goto(site.url);
  for (const part of ['head', 'body']) {
    const [before, now] = [untouched, page].map((one) => one.locator(part).innerHTML());
    expect(await now).toBe(await before);
  }
  await untouched.close();
  expect(errors).toEqual([]);
});

test('the styles of the page and those of the inspector do not meet', async () => {
  await using site = await startPage(
    `${slotElement('news', '<p>News</p>')}<button>Buy</button>`,
    reportOf(ready),
  );
  await using page = await openPage(browser);
  await page.goto(site.url);
  const toggle = inspectorOf(page).locator('.toggle');
  await toggle.waitFor();

  const styleOf = (element: Element) => {
    const { fontSize, letterSpacing } = getComputedStyle(element);
    return { fontSize, letterSpacing };
  };
  expect(await toggle.evaluate(styleOf)).toEqual({ fontSize: '13px', letterSpacing: 'normal' });
  expect((await page.locator('body > button').evaluate(styleOf)).fontSize).toBe('99px');
});

test('widget states, events and slots that come or go show while they happen, and the focus stays', async () => {
  await using site = await startPage(slotElement('news', '<p>News</p>'), reportOf(ready));
  await using page = await openPage(browser);
  await page.addInitScript(() => performance.mark('tessera:news:idle'));
  await page.goto(site.url);
  const row = rowOf(page, 'news');
  await row.getByRole('button').focus();

  await page.evaluate(() => {
    const slot = document.querySelector('fragment-slot');
    slot?.setAttribute('widget', 'failed');
    const error = Object.assign(new Error('It did not load.'), { hint: 'Deploy it.' });
    const detail = { code: 'REMOTE_TIMEOUT', error };
    slot?.dispatchEvent(new CustomEvent('tessera:failed', { bubbles: true, detail }));
  });

  await expect.poll(() => frameOf(page, 'news').textContent()).toMatch(/failed.*REMOTE_TIMEOUT/);
  expect(await row.textContent()).toMatch(/tessera:failed REMOTE_TIMEOUT, [\d,.]+ ms/);
  expect(await row.textContent()).toMatch(/Cause\s*It did not load\.\s*Remedy\s*Deploy it\./);
  expect(await frameOf(page, 'news').getAttribute('data-state')).toBe('error');
  expect(await row.getByRole('button').evaluate((button) => button.matches(':focus'))).toBe(true);

  // What passes is also told as a whole, what was said before the inspector came included.
  await page.evaluate(() => {
    const slot = document.querySelector('fragment-slot');
    slot?.dispatchEvent(new CustomEvent('tessera:loading', { bubbles: true }));
    const detail = { attempt: 2 };
    slot?.dispatchEvent(new CustomEvent('tessera:retry', { bubbles: true, detail }));
    slot?.dispatchEvent(new CustomEvent('tessera:starting', { bubbles: true }));
    slot?.dispatchEvent(new CustomEvent('tessera:mounted', { bubbles: true }));
  });
  const log = inspectorOf(page).locator('.log');
  await log.getByText('Events in the browser').click();
  expect(
    (await log.getByRole('listitem').allTextContents()).map((line) => line.replace(/^.* ms/, '')),
  ).toEqual([
    ' news tessera:mounted',
    ' news tessera:starting',
    ' news tessera:retry try 2',
    ' news tessera:loading',
    ' news tessera:failed REMOTE_TIMEOUT',
    ' news tessera:idle',
  ]);
  expect(await row.textContent()).toMatch(
    /Widgetwaited for its trigger [\d.,]+ msloaded in [\d.,]+ msstarted in [\d.,]+ ms/,
  );

  await page.evaluate(() => {
    document.querySelector('fragment-slot')?.remove();
    const late = document.createElement('fragment-slot');
    late.setAttribute('slot-id', 'late');
    late.append('Only text');
    document.body.append(late);
  });
  await expect.poll(() => frameOf(page, 'news').isVisible()).toBe(false);
  expect(await row.textContent()).toContain('The page has no such element.');
  await expect.poll(() => frameOf(page, 'late').isVisible()).toBe(true);
  await rowOf(page, 'late').getByRole('button').click();
  expect(await rowOf(page, 'late').textContent()).toContain('It is not in the report.');
});

test('frames stand around what the slot shows, wherever it goes; an empty slot has none', async () => {
  const body = `<div id="before"></div>${slotElement('news', '<i></i><p>One</p><div>Two</div>')}
    ${slotElement('empty', '')}<div id="after"></div>`;
  await using site = await startPage(body, reportOf(ready, { ...ready, slot: 'empty' }));
  await using page = await openPage(browser);
  await page.goto(site.url);

  const wanted = () =>
    page.evaluate(() => {
      const first = document.querySelector('p')?.getBoundingClientRect();
      const last = document.querySelector('fragment-slot > div')?.getBoundingClientRect();
      return [(first?.top ?? 0) - 4, (last?.bottom ?? 0) + 4];
    });
  const drawn = () =>
    frameOf(page, 'news').evaluate((frame) => {
      const { top, bottom } = frame.getBoundingClientRect();
      return [top, bottom];
    });
  await expect.poll(async () => String(await drawn())).toBe(String(await wanted()));
  expect(await frameOf(page, 'empty').isVisible()).toBe(false);

  const set = (selector: string, height: number) =>
    page.evaluate(
      ([selector, height]) => {
        const element = document.querySelector<HTMLElement>(String(selector));
        if (element) element.style.height = `${height}px`;
      },
      [selector, height],
    );
  await set('#before', 150);
  await set('fragment-slot > div', 90);
  await set('#after', 3000);
  await expect.poll(async () => String(await drawn())).toBe(String(await wanted()));
  expect((await wanted())[0]).toBeGreaterThan(140);

  await page.evaluate(() => scrollTo(0, 100));
  await expect.poll(async () => String(await drawn())).toBe(String(await wanted()));
  expect((await wanted())[0]).toBeLessThan(100);
});

test.for([
  ['is missing', undefined],
  ['is no JSON', '{'],
  ['is no page report', '{"slots":[{"slot":1}]}'],
] as const)(
  'a report that %s is named, and the slots are outlined all the same',
  async ([what, report]) => {
    await using site = await startPage(slotElement('news', '<p>News</p>'), report);
    await using page = await openPage(browser);
    const errors = collectErrors(page);
    await page.goto(site.url);

    const alert = inspectorOf(page).getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain(
      `REPORT_INVALID The page's report (#tessera-report) ${what}.`,
    );
    expect(await frameOf(page, 'news').textContent()).toContain('news ready');
    expect(errors).toEqual([]);
  },
);
