import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as React from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { counterRemote, head, type Route, remote, slot, startSite } from './site.ts';

const { builds, browser } = await prepare();

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
    [ENTRY]: async (response, request) => {
      await arrival.promise;
      if (typeof entry === 'string') response.end(entry);
      else entry(response, request);
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

test('a double click submits a form once, but what says something else counts, in order', async () => {
  await using order = await startOrderPage(orderEntry({ hydrates: true }));
  const { page } = order;
  await page.click('text=More');
  await page.dblclick('text=Now');
  await page.click('text=More');
  await page.fill('[name=amount]', '2');
  await page.click('text=Now');
  await page.click('text=Later');

  order.arrive();
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });

  const expected = ['more', 'submit 1 false now', 'more', 'submit 2 false now'];
  expect(await order.heard()).toEqual([...expected, 'submit 2 false later']);
  await page.click('text=Later');
  expect(await order.heard()).toHaveLength(6);
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
    await page.dblclick('text=Now');

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

/** A widget that posts its form like the cart's button does: what is in it, once it is submitted. */
const POSTER = (hydrates: boolean) => `
  const start = (root) => {
    const onSubmit = (event) => {
      event.preventDefault();
      const { timeStamp, target } = event;
      globalThis.heard.push({ said: new URLSearchParams(new FormData(target)).toString(), timeStamp });
    };
    root.addEventListener('submit', onSubmit);
    return { unmount: () => root.removeEventListener('submit', onSubmit) };
  };
  const widget = {
    mount(root) {
      root.innerHTML = globalThis.policy.createHTML(${JSON.stringify('<form method="post" action="/buy" id="buy"><button>Buy</button></form>')});
      return start(root);
    },
    ${hydrates ? 'hydrate: start,' : ''}
  };
  export const init = () => {};
  export const get = async () => () => widget;`;

/** A page with a form that posts, in an `interaction` slot, and a field of it elsewhere; `posted` is what came. */
async function startShop(entry: Route, { timeoutMs = 5000, enctype = '' } = {}) {
  const arrival = Promise.withResolvers<void>();
  const posted: string[] = [];
  const site = await startSite(builds, {
    '/': `${head(
      builds,
      { buy: slot('buy', { mount: 'interaction' }) },
      { buy: remote('buy', { timeoutMs }) },
    )}<input name="amount" form="buy" value="1" required><a href="/elsewhere">Elsewhere</a>
      <fragment-slot slot-id="buy" state="ready"><form method="post" action="/buy" id="buy"${enctype}><button>Buy</button></form></fragment-slot>
      <script>
        globalThis.heard = [];
        globalThis.policy = trustedTypes.createPolicy('test', { createHTML: (html) => html });
      </script>`,
    '/buy': async (response, request) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      posted.push(/name="amount"\r\n\r\n(.*)\r/.exec(body)?.[1] ?? body);
      response.writeHead(303, { location: '/thanks' }).end();
    },
    '/thanks': 'Thank you',
    '/elsewhere': 'Elsewhere',
    '/_fragments/buy/assets/entry.js': async (response, request) => {
      await arrival.promise;
      if (typeof entry === 'string') response.end(entry);
      else entry(response, request);
    },
  });
  const page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  return {
    page,
    posted,
    arrive: arrival.resolve,
    async [Symbol.asyncDispose]() {
      await page.close();
      await site[Symbol.asyncDispose]();
    },
  };
}

test.for([{ hydrates: true }, { hydrates: false }])(
  'a form reaches the widget as it was when it was submitted, with the time of that (%o)',
  async ({ hydrates }) => {
    await using shop = await startShop(POSTER(hydrates));
    const { page } = shop;
    await page.fill('[name=amount]', '2');
    await page.click('text=Buy');
    expect(await page.getAttribute('text=Buy', 'aria-busy')).toBe('true');
    await page.fill('[name=amount]', '3');
    await page.click('text=Buy');
    await page.fill('[name=amount]', '');
    const submitted = await page.evaluate(() => performance.now());

    shop.arrive();
    await page.waitForSelector('[widget=hydrated],[widget=mounted]', { state: 'attached' });

    const heard: { said: string; timeStamp: number }[] = await page.evaluate('heard');
    expect(heard.map(({ said }) => said)).toEqual(['amount=2', 'amount=3']);
    for (const { timeStamp } of heard) expect(timeStamp).toBeLessThanOrEqual(submitted);
    expect(await page.getAttribute('text=Buy', 'aria-busy')).toBeNull();
    expect(await page.inputValue('[name=amount]')).toBe('');
    expect(shop.posted).toEqual([]);
  },
);

test.for<[string, Route, number]>([
  ['is not there', (response) => response.writeHead(404).end(), 5000],
  ['never comes', () => {}, 4000], // long enough for all of the clicks on a busy machine
])('when the remote %s, the browser sends every form as it was', async ([, entry, timeoutMs]) => {
  await using shop = await startShop(entry, { timeoutMs });
  const { page } = shop;
  for (const amount of ['2', '3']) {
    await page.fill('[name=amount]', amount);
    await page.dblclick('text=Buy');
  }
  await page.fill('[name=amount]', '9');

  shop.arrive();

  await page.waitForURL('**/thanks');
  expect(shop.posted).toEqual(['amount=2', 'amount=3']);
});

test.for(['', ' enctype="multipart/form-data"'])(
  'a form that is still held when the visitor leaves is sent on the way (%s)',
  async (enctype) => {
    await using shop = await startShop(() => {}, { timeoutMs: 60_000, enctype });
    const { page } = shop;
    await page.fill('[name=amount]', '7');
    await page.click('text=Buy');

    await page.click('text=Elsewhere');

    await page.waitForURL('**/elsewhere');
    await expect.poll(() => shop.posted).toEqual([enctype ? '7' : 'amount=7']);
  },
);

test('a form that is not filled in is not held: the browser says what is missing', async () => {
  await using shop = await startShop(POSTER(true));
  const { page } = shop;
  await page.fill('[name=amount]', '');
  await page.click('text=Buy');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('amount');

  shop.arrive();
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });

  expect(await page.evaluate('heard')).toEqual([]);
});

test('without the chunk that holds actions back the form works by itself', async () => {
  const files = await readdir(join(builds.shell, 'assets'));
  const chunk = files.find((file) => file.startsWith('capture-'));
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      { order: slot('order', { mount: 'interaction' }) },
      { order: remote('order') },
    )}<fragment-slot slot-id="order" state="ready">${orderHtml}</fragment-slot>`,
    '/order?amount=1&how=now': 'Thank you',
    [ENTRY]: () => {},
    [`/_tessera/shell/assets/${chunk}`]: (response) => response.writeHead(404).end(),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  await page.click('text=Now');
  await page.waitForURL('**/order?amount=1&how=now');
});
