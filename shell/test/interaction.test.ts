import type { Browser } from '@playwright/test';
import * as React from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Builds, buildAll } from './build.ts';
import { collectErrors, launchChromium, openPage } from './chromium.ts';
import { counterRemote, head, type Route, remote, slot, startSite } from './site.ts';

let builds: Builds;
let browser: Browser;
beforeAll(async () => {
  [builds, browser] = await Promise.all([buildAll(), launchChromium()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await builds[Symbol.asyncDispose]();
});

/** A form with controlled fields, once for the server and once for the browser; `heard` is what its handlers were told. */
const ORDER = `
  const { createElement: h, useState } = React;
  return function Order() {
    const [amount, setAmount] = useState('1');
    const [gift, setGift] = useState(false);
    const heard = (what) => (globalThis.heard ??= []).push(what);
    return h('form', { action: '/order', onSubmit(event) {
        event.preventDefault();
        heard('submit ' + amount + ' ' + gift + ' ' + event.nativeEvent.submitter?.value);
      } },
      h('input', { name: 'amount', value: amount, onChange: (event) => setAmount(event.target.value) }),
      h('input', { name: 'gift', type: 'checkbox', checked: gift, onChange: (event) => setGift(event.target.checked) }),
      h('button', { name: 'how', value: 'later' }, 'Later'),
      h('button', { name: 'how', value: 'now' }, h('b', null, 'Now')),
      h('button', { type: 'button', onClick: () => heard('more') }, 'More'),
      h('span', { role: 'button', tabIndex: 0, onKeyDown: (event) => heard('key ' + event.key) }, 'Key'),
      h('a', { href: '/elsewhere' }, 'Elsewhere'),
    );
  };`;

const orderHtml = renderToString(React.createElement(new Function('React', ORDER)(React)));

/** `hydrates: false` makes a widget that always replaces the server's HTML. */
const orderEntry = ({ hydrates }: { hydrates: boolean }) => `
  import * as React from 'react';
  import { createRoot, hydrateRoot } from 'react-dom/client';
  import { flushSync } from 'react-dom';
  const Order = (() => { ${ORDER} })();
  const handle = (root) => ({ unmount: () => root.unmount() });
  const widget = {
    mount(container) {
      const root = createRoot(container);
      flushSync(() => root.render(React.createElement(Order)));
      return handle(root);
    },
    ${hydrates ? 'hydrate: (container) => handle(hydrateRoot(container, React.createElement(Order))),' : ''}
  };
  export const init = () => {};
  export const get = async () => () => widget;`;

const ENTRY = '/_fragments/order/assets/entry.js';

/** A page with the form in an `interaction` slot, whose remote is not there before `arrive()`. */
async function startOrderPage(entry: Route, { timeoutMs = 5000 } = {}) {
  const arrival = Promise.withResolvers<void>();
  const site = await startSite(builds, {
    '/': `${head(
      builds,
      { order: slot('order', { mount: 'interaction' }) },
      { order: remote('order', { timeoutMs }) },
    )}<fragment-slot slot-id="order" state="ready">${orderHtml}</fragment-slot>
      <script>globalThis.heard = []; globalThis.button = document.querySelector('button');</script>`,
    '/order?amount=3&gift=on&how=now': 'Thank you',
    '/elsewhere': 'Elsewhere',
    [ENTRY]: async (response) => {
      await arrival.promise;
      if (typeof entry === 'string') response.end(entry);
      else entry(response);
    },
  });
  const page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  return {
    page,
    errors,
    requests: site.requests,
    arrive: arrival.resolve,
    heard: () => page.evaluate(() => Reflect.get(globalThis, 'heard')),
    async [Symbol.asyncDispose]() {
      await page.close();
      await site[Symbol.asyncDispose]();
    },
  };
}

test('a click before the widget is there reaches it once, on the same element', async () => {
  const arrival = Promise.withResolvers<void>();
  const federated = counterRemote(builds);
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      { counter: slot('counter', { mount: 'interaction', props: { start: 3 } }) },
      { counter: { ...federated, entry: `${federated.entry}?held`, js: [] } },
    )}<fragment-slot slot-id="counter" state="ready"><button type="button">Count <!-- -->3</button></fragment-slot>
      <script>globalThis.button = document.querySelector('button')</script>`,
    [`${federated.entry}?held`]: async (response) => {
      await arrival.promise;
      response.end(`export * from './remoteEntry.js';`);
    },
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  await page.click('button');
  expect(await page.getAttribute('fragment-slot', 'widget')).toBe('loading');

  arrival.resolve();

  await page.waitForSelector('text=Count 4');
  expect(await page.evaluate("document.querySelector('button') === button")).toBe(true);
  await page.click('button');
  await page.waitForSelector('text=Count 5');
  expect(errors).toEqual([]);
});

test.for([{ hydrates: true }, { hydrates: false }])(
  'what was entered and submitted early is the widget’s, once (%o)',
  async ({ hydrates }) => {
    await using order = await startOrderPage(orderEntry({ hydrates }));
    const { page } = order;
    await page.fill('[name=amount]', '3');
    await page.check('[name=gift]');
    await page.click('text=Now');

    order.arrive();
    await page.waitForSelector('[widget=hydrated],[widget=mounted]', { state: 'attached' });

    expect(await order.heard()).toEqual(['submit 3 true now']);
    expect(await page.evaluate("document.querySelector('button') === button")).toBe(hydrates);
    expect(await page.inputValue('[name=amount]')).toBe('3');
    expect(await page.isChecked('[name=gift]')).toBe(true);
    expect(order.requests.filter((path) => path.startsWith('/order'))).toEqual([]);
    expect(order.errors).toEqual([]);
  },
);

test('a form that is submitted by the Enter key reaches the widget once', async () => {
  await using order = await startOrderPage(orderEntry({ hydrates: true }));
  await order.page.fill('[name=amount]', '2');
  await order.page.press('[name=amount]', 'Enter');

  order.arrive();
  await order.page.waitForSelector('[widget=hydrated]', { state: 'attached' });

  expect(await order.heard()).toEqual(['submit 2 false later']);
});

test('an impatient visitor submits a form once, but every press of another button counts', async () => {
  await using order = await startOrderPage(orderEntry({ hydrates: true }));
  const { page } = order;
  for (const text of ['More', 'Now', 'Now', 'More', 'Later']) await page.click(`text=${text}`);

  order.arrive();
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });

  expect(await order.heard()).toEqual(['more', 'submit 1 false now', 'more']);
  await page.click('text=Later');
  expect(await order.heard()).toHaveLength(4);
});

test.for([{ hydrates: true }, { hydrates: false }])(
  'keys on something that only the widget can activate are repeated (%o)',
  async ({ hydrates }) => {
    await using order = await startOrderPage(orderEntry({ hydrates }));
    await order.page.press('[role=button]', 'Enter');
    await order.page.press('[role=button]', 'x');

    order.arrive();
    await order.page.waitForSelector('[widget=hydrated],[widget=mounted]', { state: 'attached' });

    expect(await order.heard()).toEqual(['key Enter']);
    expect(await order.page.evaluate('document.activeElement.textContent')).toBe('Key');
  },
);

test('links work without the widget, and a click with a modifier is the browser’s', async () => {
  await using order = await startOrderPage(orderEntry({ hydrates: true }));
  const { page } = order;
  const opened = page.context().waitForEvent('page');
  await page.click('text=Elsewhere', { modifiers: ['Control'] });
  await (await opened).close();
  expect(new URL(page.url()).pathname).toBe('/');

  await page.click('text=Elsewhere');

  await page.waitForURL('**/elsewhere');
});

test.for<[string, Route, number]>([
  ['is not there', (response) => response.writeHead(404).end(), 5000],
  ['never comes', () => {}, 3000], // long enough for all of the clicks on a busy machine
])(
  'when the remote %s, the browser submits the form itself, once',
  async ([, entry, timeoutMs]) => {
    await using order = await startOrderPage(entry, { timeoutMs });
    const { page } = order;
    await page.fill('[name=amount]', '3');
    await page.check('[name=gift]');
    await page.click('text=Now');
    await page.click('text=Later');

    order.arrive();

    await page.waitForURL('**/order?*');
    expect(await page.textContent('body')).toBe('Thank you');
    expect(order.requests.filter((path) => path.startsWith('/order'))).toEqual([
      '/order?amount=3&gift=on&how=now',
    ]);
  },
);

test('a slot whose remote has failed leaves everything to the browser from then on', async () => {
  await using order = await startOrderPage(() => {}, { timeoutMs: 200 });
  const { page } = order;
  await page.hover('text=More');
  await page.waitForSelector('[widget=failed]', { state: 'attached' });
  await page.fill('[name=amount]', '3');
  await page.check('[name=gift]');

  await page.click('text=Now');

  await page.waitForURL('**/order?amount=3&gift=on&how=now');
});

test('a slot that is taken away while its remote loads does nothing later', async () => {
  await using order = await startOrderPage(orderEntry({ hydrates: true }));
  const { page } = order;
  await page.click('text=Now');
  await page.evaluate(() => document.querySelector('fragment-slot')?.remove());

  const arrived = page.waitForResponse(`**${ENTRY}`);
  order.arrive();
  await (await arrived).finished();
  await page.evaluate(() => new Promise((done) => setTimeout(done)));

  expect(await order.heard()).toEqual([]);
  expect(new URL(page.url()).pathname).toBe('/');
});
