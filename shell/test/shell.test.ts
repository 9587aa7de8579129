import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { collectErrors, openPage } from './chromium.ts';
import { Counter } from './fixture/Counter.tsx';
import { prepare } from './prepare.ts';
import { container, counterRemote, head, remote, slot, startSite } from './site.ts';

const { builds, browser } = await prepare();

/** A widget that writes its props into its slot; `__unmounted` counts its ends. */
const NOTE = `return {
  mount(root, props, context) {
    root.append(Object.assign(document.createElement('p'), { textContent: 'Note ' + (props.text ?? '') }));
    context.signal.addEventListener('abort', () => { globalThis.aborted = true; });
    return { unmount() { globalThis.unmounted = (globalThis.unmounted ?? 0) + 1; root.replaceChildren(); } };
  },
};`;

const counterHtml = (start: number) => renderToString(createElement(Counter, { start }));

test('boot is smaller than 3 KB gzipped and imports nothing before a slot needs it', async () => {
  const file = join(builds.shell, (builds.entries.boot ?? '').replace('/_tessera/shell/', ''));
  const code = await readFile(file, 'utf8');

  expect(gzipSync(code).length).toBeLessThan(3 * 1024);
  expect(code).not.toMatch(/^\s*import[\s{]/m);
});

test('a React widget takes over the server-rendered DOM nodes, silently, and nothing is fetched twice', async () => {
  const federated = counterRemote(builds);
  const preloads = [...Object.values(builds.entries), ...federated.js].map(
    (file) => `<link rel="modulepreload" href="${file}" crossorigin>`,
  );
  await using site = await startSite(builds, {
    '/': `${head(builds, { counter: slot('counter', { props: { start: 3 } }) }, { counter: federated })}
      ${preloads.join('')}
      <fragment-slot name="counter" slot-id="counter" state="ready">${counterHtml(3)}</fragment-slot>
      <script>globalThis.serverButton = document.querySelector('button')</script>`,
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);

  await page.goto(site.url);
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  await page.click('button');
  await page.waitForSelector('text=Count 4');

  expect(
    await page.evaluate(
      () => document.querySelector('button') === Reflect.get(globalThis, 'serverButton'),
    ),
  ).toBe(true);
  expect(errors).toEqual([]);
  expect(site.requests.length).toBe(new Set(site.requests).size);
});

test('props in the HTML win over those in the page data and are gone when the widget hydrates', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { counter: slot('counter') }, { counter: counterRemote(builds) })}
      <fragment-slot slot-id="counter" state="ready">${counterHtml(7)}<script type="application/json" data-tessera-props>{"start":7}</script></fragment-slot>`,
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);

  await page.goto(site.url);
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  await page.click('text=Count 7');
  await page.waitForSelector('text=Count 8');

  expect(await page.$('[data-tessera-props]')).toBeNull();
  expect(errors).toEqual([]);
});

test('federated remotes and plain containers share one React', async () => {
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      {
        counter: slot('counter', { props: { start: 1 } }),
        light: slot('light', { render: 'client' }),
      },
      { counter: counterRemote(builds), light: remote('light') },
    )}
      <fragment-slot slot-id="counter" state="ready">${counterHtml(1)}</fragment-slot>
      <fragment-slot slot-id="light" state="ready">Loading</fragment-slot>`,
    '/_fragments/light/assets/entry.js': `import { createElement, useState } from 'react';
      import { createRoot } from 'react-dom/client';
      const Light = () => { (globalThis.useStates ??= new Set()).add(useState); return useState('Light')[0]; };
      const widget = { mount(root) { const r = createRoot(root); r.render(createElement(Light)); return { unmount() { r.unmount() } } } };
      export const init = () => {};
      export const get = async () => () => widget;`,
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForSelector('[slot-id=counter][widget=hydrated]', { state: 'attached' });
  await page.waitForFunction(
    () => document.querySelector('[slot-id=light]')?.textContent === 'Light',
  );

  expect(await page.evaluate(() => globalThis.useStates?.size)).toBe(1);
});

test('a page whose widgets do not use React does not download it', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { render: 'client' }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready">Loading</fragment-slot>`,
    '/_fragments/note/assets/entry.js': container(NOTE),
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForSelector('[widget=mounted] p', { state: 'attached' });

  expect(site.requests.filter((path) => /react/.test(path))).toEqual([]);
});

test('a visible slot fetches nothing until it is scrolled near', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { mount: 'visible', props: { text: 'below' } }) }, { note: remote('note') })}
      <div style="height: 5000px"></div>
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>`,
    '/_fragments/note/assets/entry.js': container(NOTE),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  // Two frames later an observer of what is in view would have fired.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  expect(site.requests.filter((path) => /federation|entry/.test(path))).toEqual([]);

  await page.evaluate(() => scrollTo(0, 4200));

  await page.waitForSelector('text=Note below');
});

test('an interaction slot starts under the pointer, and a slot without a trigger does not', async () => {
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      { touched: slot('note', { mount: 'interaction' }), other: slot('note', { mount: 'none' }) },
      { note: remote('note') },
    )}
      <fragment-slot slot-id="touched" state="ready"><p>From the server</p></fragment-slot>
      <fragment-slot slot-id="other" state="ready"><p>From the server</p></fragment-slot>`,
    '/_fragments/note/assets/entry.js': container(NOTE),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.hover('[slot-id=other] p');
  await page.waitForSelector('[slot-id=touched][widget=idle]', { state: 'attached' });

  await page.hover('[slot-id=touched] p');

  await page.waitForSelector('[slot-id=touched][widget=mounted]', { state: 'attached' });
  expect(await page.getAttribute('[slot-id=other]', 'widget')).toBe('idle');
});

test('an idle slot starts by itself', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { mount: 'idle' }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>`,
    '/_fragments/note/assets/entry.js': container(NOTE),
  });
  await using page = await openPage(browser);

  await page.goto(site.url);

  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
});

test('a media slot starts when its query begins to match', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { mount: 'media:(max-width: 500px)' }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>`,
    '/_fragments/note/assets/entry.js': container(NOTE),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  expect(site.requests.filter((path) => /entry/.test(path))).toEqual([]);

  await page.setViewportSize({ width: 400, height: 600 });

  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
});

test('a slot that is still streaming in starts only when its HTML is complete', async () => {
  const bootFetched = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  await using site = await startSite(builds, {
    '/': async (response) => {
      response.write(`${head(builds, { note: slot('note') }, { note: remote('note') })}
        <fragment-slot slot-id="note" state="ready"><p>First half</p>`);
      await rest.promise;
      response.end('<p>Second half</p></fragment-slot><p>After it</p>');
    },
    '/_fragments/note/assets/entry.js': (response) => {
      bootFetched.resolve();
      response.end(
        container(`return { mount(root) { return { unmount() {} } }, hydrate(root) {
          globalThis.found = root.textContent; return { unmount() {} } } };`),
      );
    },
  });
  await using page = await openPage(browser);
  await page.goto(site.url, { waitUntil: 'commit' });
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  expect(site.requests.filter((path) => /entry/.test(path))).toEqual([]);

  rest.resolve();

  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  await bootFetched.promise;
  expect(await page.evaluate('found')).toBe('First halfSecond half');
});

test('a pending slot starts when its fragment has been placed', async () => {
  const rest = Promise.withResolvers<void>();
  await using site = await startSite(builds, {
    '/': async (response) => {
      response.write(`${head(builds, { counter: slot('counter', { props: { start: 5 } }) }, { counter: counterRemote(builds) })}
        <fragment-slot slot-id="counter" state="pending"><p>Loading</p></fragment-slot><p>After it</p>`);
      await rest.promise;
      response.end(`<template id="late">${counterHtml(5)}</template><script>{
        const slot = document.querySelector('[state=pending]');
        slot.setAttribute('state', 'ready');
        slot.replaceChildren(document.getElementById('late').content);
      }</script>`);
    },
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url, { waitUntil: 'commit' });
  await page.waitForSelector('[widget=idle]', { state: 'attached' });
  expect(site.requests.filter((path) => /remoteEntry/.test(path))).toEqual([]);

  rest.resolve();

  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  await page.click('text=Count 5');
  await page.waitForSelector('text=Count 6');
  expect(errors).toEqual([]);
});

test('HTML that is a fallback is replaced by the widget, not hydrated', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { counter: slot('counter', { props: { start: 2 } }) }, { counter: counterRemote(builds) })}
      <fragment-slot slot-id="counter" state="fallback"><p>Resting</p></fragment-slot>`,
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);

  await page.goto(site.url);
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  await page.waitForSelector('text=Count 2');

  expect(await page.textContent('fragment-slot')).toBe('Count 2');
  expect(errors).toEqual([]);
});

test('a remote that is not there leaves the server HTML, after two retries', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note') })}
      <script>addEventListener('tessera:failed', (event) => { globalThis.failure = [event.target.localName, event.detail.code]; });</script>
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>`,
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);

  await page.goto(site.url);
  await page.waitForSelector('[widget=failed]', { state: 'attached' });

  expect(await page.innerHTML('fragment-slot')).toBe('<p>From the server</p>');
  expect(await page.evaluate('failure')).toEqual(['fragment-slot', 'REMOTE_LOAD_FAILED']);
  expect(errors.find((text) => text.includes('[REMOTE_LOAD_FAILED]'))).toContain('→');
  expect(site.requests).toContain('/_fragments/note/assets/entry.js?retry=1');
});

test('a remote that recovers is started by a retry', async () => {
  let failures = 0;
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note', { js: [] }) })}
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>`,
    '/_fragments/note/assets/entry.js': (response) => {
      if (failures++ > 0) return response.end(container(NOTE));
      response.statusCode = 503;
      response.end();
    },
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });

  expect(await page.textContent('fragment-slot')).toBe('Note ');
});

test('the last retry of a React remote asks for another URL and works', async () => {
  const broken = '/_fragments/counter/assets/remoteEntry.js';
  await using site = await startSite(builds, {
    '/': `${head(builds, { counter: slot('counter', { props: { start: 1 } }) }, { counter: counterRemote(builds) })}
      <fragment-slot slot-id="counter" state="ready">${counterHtml(1)}</fragment-slot>`,
    [broken]: (response) => {
      response.statusCode = 503;
      response.end();
    },
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  await page.click('text=Count 1');
  await page.waitForSelector('text=Count 2');

  expect(site.requests).toContain(`${broken}?retry=1`);
});

test('a remote that never answers fails after its own time', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note', { timeoutMs: 300 }) })}
      <script>addEventListener('tessera:failed', (event) => { globalThis.code = event.detail.code; });</script>
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>`,
    '/_fragments/note/assets/entry.js': () => {},
  });
  await using page = await openPage(browser);

  await page.goto(site.url, { waitUntil: 'commit' });
  await page.waitForSelector('[widget=failed]', { state: 'attached' });

  expect(await page.evaluate('code')).toBe('REMOTE_TIMEOUT');
  expect(await page.innerHTML('fragment-slot')).toBe('<p>From the server</p>');
});

test('a client slot whose remote fails shows its error markup, else keeps its content, with a button to try again', async () => {
  const dead = slot('dead', { render: 'client' });
  await using site = await startSite(builds, {
    '/': `${head(builds, { a: dead, b: dead }, { dead: remote('dead', { timeoutMs: 400 }) })}
      <fragment-slot slot-id="a" state="ready"><i>Loading</i><template slot="error"><p>Resting</p></template></fragment-slot>
      <fragment-slot slot-id="b" state="ready"><i>Loading</i></fragment-slot>`,
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForSelector('[slot-id=a][widget=failed]', { state: 'attached' });
  await page.waitForSelector('[slot-id=b][widget=failed]', { state: 'attached' });

  const button = '<button type="button" class="tessera-retry">Try again</button>';
  expect(await page.innerHTML('[slot-id=a]')).toBe(`<p>Resting</p>${button}`);
  expect(await page.innerHTML('[slot-id=b]')).toBe(`<i>Loading</i>${button}`);
});

test.for([
  ['throws', `root.replaceChildren(); throw new Error('broken');`, 'WIDGET_START_FAILED'],
  [
    'never settles',
    'root.replaceChildren(); return new Promise(() => {});',
    'WIDGET_START_TIMEOUT',
  ],
])('a hydrate that %s gives the server HTML back, on the same nodes', async ([, body, code]) => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note', { timeoutMs: 1000 }) })}
      <script>addEventListener('tessera:failed', (event) => { globalThis.code = event.detail.code; });</script>
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>
      <script>globalThis.serverNode = document.querySelector('fragment-slot p')</script>`,
    '/_fragments/note/assets/entry.js': container(
      `return { mount() {}, hydrate(root) { ${body} } };`,
    ),
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForSelector('[widget=failed]', { state: 'attached' });

  expect(await page.evaluate('code')).toBe(code);
  expect(await page.evaluate("document.querySelector('fragment-slot p') === serverNode")).toBe(
    true,
  );
});

test('a remote without mount() and props that are no JSON are told apart', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { empty: slot('empty'), note: slot('note') }, { empty: remote('empty'), note: remote('note') })}
      <script>globalThis.codes = []; addEventListener('tessera:failed', (event) => codes.push(event.detail.code));</script>
      <fragment-slot slot-id="empty" state="ready"><p>Empty</p></fragment-slot>
      <fragment-slot slot-id="note" state="ready"><p>Note</p><script type="application/json" data-tessera-props>{</script></fragment-slot>`,
    '/_fragments/empty/assets/entry.js': container('return {};'),
    '/_fragments/note/assets/entry.js': container(NOTE),
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForFunction(() => Reflect.get(globalThis, 'codes').length === 2);

  expect(await page.evaluate('codes.sort()')).toEqual(['PROPS_INVALID', 'REMOTE_INVALID']);
});

test('a slot that leaves the document unmounts its widget; one that moves keeps it; one that returns starts again', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { render: 'client' }) }, { note: remote('note') })}
      <main><fragment-slot slot-id="note" state="ready">Loading</fragment-slot></main><aside></aside>`,
    '/_fragments/note/assets/entry.js': container(NOTE),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });

  await page.evaluate(() => {
    const moved = document.querySelector('fragment-slot');
    if (moved) document.querySelector('aside')?.append(moved);
    return new Promise((done) => setTimeout(done));
  });
  expect(await page.evaluate('globalThis.unmounted')).toBeUndefined();
  expect(await page.textContent('aside fragment-slot')).toBe('Note ');

  await page.evaluate(
    "globalThis.removed = document.querySelector('fragment-slot'); removed.remove()",
  );
  await page.waitForFunction(
    () => Reflect.get(globalThis, 'unmounted') === 1 && Reflect.get(globalThis, 'aborted'),
  );

  await page.evaluate("document.querySelector('main').append(removed)");
  await page.waitForSelector('main [widget=mounted]', { state: 'attached' });
  expect(await page.textContent('main fragment-slot')).toBe('Note ');
});

test('a client widget waits for its stylesheet, and one that is linked already is not fetched again', async () => {
  const css = ['/_fragments/note/assets/a.css', '/_fragments/note/assets/b.css'];
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { render: 'client' }) }, { note: remote('note', { css }) })}
      <link rel="stylesheet" href="${css[0]}">
      <fragment-slot slot-id="note" state="ready">Loading</fragment-slot>`,
    '/_fragments/note/assets/a.css': 'p { margin: 0 }',
    '/_fragments/note/assets/b.css': 'p { color: rgb(1, 2, 3) }',
    '/_fragments/note/assets/entry.js': container(
      NOTE.replace(
        'context.signal',
        'globalThis.color = getComputedStyle(root.lastChild).color; context.signal',
      ),
    ),
  });
  await using page = await openPage(browser);

  await page.goto(site.url);
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });

  expect(await page.evaluate('color')).toBe('rgb(1, 2, 3)');
  expect(site.requests.filter((path) => path.endsWith('.css')).sort()).toEqual(css);
});

test('widgets talk through one bus, and a sticky event reaches those that come later', async () => {
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      {
        one: slot('one', { render: 'client' }),
        two: slot('two', { render: 'client', mount: 'media:(max-width: 500px)' }),
      },
      { one: remote('one'), two: remote('two') },
    )}
      <fragment-slot slot-id="one" state="ready"></fragment-slot><fragment-slot slot-id="two" state="ready"></fragment-slot>`,
    '/_fragments/one/assets/entry.js': container(
      `return { mount(root, props, { events }) { events.emit('greeting', 'hello', { sticky: true }); return { unmount() {} } } };`,
    ),
    '/_fragments/two/assets/entry.js': container(
      `return { mount(root, props, { events }) { events.on('greeting', (text) => root.append(text)); return { unmount() {} } } };`,
    ),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[slot-id=one][widget=mounted]', { state: 'attached' });

  await page.setViewportSize({ width: 400, height: 600 });
  await page.waitForSelector('[slot-id=two][widget=mounted]', { state: 'attached' });

  expect(await page.textContent('[slot-id=two]')).toBe('hello');
});

test('page data that cannot be used is said once and leaves the page alone', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, {}, {}).replace('"v":1', '"v":9')}
      <fragment-slot slot-id="a"><p>A</p></fragment-slot><fragment-slot slot-id="b"><p>B</p></fragment-slot>`,
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);

  await page.goto(site.url);
  await page.waitForFunction(() => customElements.get('fragment-slot') !== undefined);

  expect(await page.textContent('body')).toContain('A');
  await expect.poll(() => errors.length).toBe(1);
  expect(errors[0]).toContain('[PAGE_DATA_INVALID]');
});
