import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { Page } from '@playwright/test';
import { expect, test } from 'vitest';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { container, head, remote, slot, startSite } from './site.ts';

const { builds, browser } = await prepare();

const ENTRY = '/_fragments/note/assets/entry.js';

/** Shows its props; `log` tells what happened to it. `update` is there or not. */
const note = ({ updates }: { updates: boolean }) =>
  container(`const log = globalThis.log = [];
    const show = (root, { text }) => root.replaceChildren(Object.assign(document.createElement('button'), { textContent: 'Note ' + text }));
    const start = (kind) => (root, props, { signal }) => {
      log.push(kind + ' ' + props.text);
      signal.addEventListener('abort', () => log.push('abort'));
      if (kind === 'mount') show(root, props);
      return {
        ${updates ? "update(props) { log.push('update ' + props.text); show(root, props); }," : ''}
        unmount() { log.push('unmount'); root.replaceChildren(); },
      };
    };
    return { mount: start('mount'), hydrate: start('hydrate') };`);

function setProps(page: Page, text: string): Promise<void> {
  return page.evaluate((text) => {
    const slot = document.querySelector('fragment-slot');
    if (slot) slot.props = { text };
  }, text);
}

/** Answers with 503 until `repair` is called, then with `code`. */
function broken(code: string) {
  let works = false;
  return {
    repair() {
      works = true;
    },
    route(response: ServerResponse) {
      if (!works) response.statusCode = 503;
      response.end(works ? code : '');
    },
  };
}

test('a widget with update takes new props in place', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { props: { text: 'a' } }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><button>Note a</button></fragment-slot>`,
    [ENTRY]: note({ updates: true }),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  const props = () => page.evaluate(() => document.querySelector('fragment-slot')?.props);
  expect(await props()).toEqual({ text: 'a' });

  await setProps(page, 'b');
  await setProps(page, 'c');

  expect(await page.textContent('fragment-slot')).toBe('Note c');
  expect(await page.evaluate('log')).toEqual(['hydrate a', 'update b', 'update c']);
  expect(await props()).toEqual({ text: 'c' });
  await page.evaluate(async () => {
    const slot = document.querySelector('fragment-slot');
    slot?.remove();
    await new Promise((done) => setTimeout(done));
    if (slot) document.body.append(slot);
  });
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  expect(await page.evaluate('log.slice(3)')).toEqual(['abort', 'unmount', 'mount c']);
});

test('a widget without update is unmounted and mounted again with the newest props', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { props: { text: 'a' } }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><button>Note a</button></fragment-slot>`,
    [ENTRY]: note({ updates: false }),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });

  await page.evaluate(() => {
    const slot = document.querySelector('fragment-slot');
    for (const text of ['b', 'c', 'd']) if (slot) slot.props = { text };
  });

  await page.waitForSelector('text=Note d');
  expect(await page.evaluate('log')).toEqual([
    'hydrate a',
    'abort',
    'unmount',
    'mount b',
    'abort',
    'unmount',
    'mount d',
  ]);
});

test('props that are set before the widget starts reach it when it has, also before the shell is there', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { props: { text: 'a' } }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><button>Note a</button></fragment-slot>
      <script>document.querySelector('fragment-slot').props = { text: 'early' }</script>`,
    [ENTRY]: note({ updates: true }),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);

  await page.waitForSelector('text=Note early');

  expect(await page.evaluate('log')).toEqual(['hydrate a', 'update early']);
});

test('a widget that cannot be mounted again fails and leaves the server HTML', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><p>From the server</p></fragment-slot>`,
    [ENTRY]: container(
      `return { hydrate: () => ({ unmount() {} }), mount() { throw new Error('no'); } };`,
    ),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });

  await setProps(page, 'b');

  await page.waitForSelector('[widget=failed]', { state: 'attached' });
  expect(await page.innerHTML('fragment-slot')).toBe('<p>From the server</p>');
});

test('the button of a failed client slot tries again, by keyboard too, and the focus goes on into the widget', async () => {
  const entry = broken(note({ updates: true }));
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      { note: slot('note', { render: 'client', props: { text: 'a' } }) },
      { note: remote('note') },
    )}
      <fragment-slot slot-id="note" state="ready"><i>Loading</i><template slot="error"><p>Resting.
      <button class="again" data-tessera-retry>Nochmal</button></p></template></fragment-slot>`,
    [`${ENTRY}*`]: entry.route,
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=failed]', { state: 'attached' });
  const button = await page.waitForSelector('button');
  expect(await button.evaluate((element) => element.outerHTML)).toBe(
    '<button type="button" class="again tessera-retry">Nochmal</button>',
  );

  const failedAgain = page.evaluate(
    () => new Promise((done) => addEventListener('tessera:failed', done, { once: true })),
  );
  await page.focus('button');
  await page.keyboard.press('Enter');
  await failedAgain;
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Nochmal');

  entry.repair();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  expect(await page.textContent('fragment-slot')).toBe('Note a');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Note a');

  await page.evaluate(() => {
    const slot = document.querySelector('fragment-slot');
    slot?.remove();
    Reflect.set(globalThis, 'removed', slot);
  });
  await page.waitForFunction(
    () => Reflect.get(globalThis, 'removed').getAttribute('widget') === 'idle',
  );
  expect(await page.evaluate('removed.firstElementChild.outerHTML')).toBe('<i>Loading</i>');
});

test('a mount that throws leaves the button where it was, with the focus on it', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { render: 'client' }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><i>Loading</i></fragment-slot>`,
    [ENTRY]: container(`let tries = 0; return { mount(root) {
      if (tries++ < 2) throw new Error('not yet');
      root.append('There');
      return { unmount() {} };
    } };`),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);

  await page.waitForSelector('text=Try again');
  await page.focus('button');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[widget=failed]', { state: 'attached' });
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('tessera-retry');
  await page.keyboard.press('Enter');

  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  expect(await page.textContent('fragment-slot')).toBe('There');
});

test('without the shell’s own chunk a slot fails, keeps the page as it is and can be tried again', async () => {
  const chunk = globSync(`${builds.shell}/assets/federation-*.js`)[0] ?? '';
  const path = `/_tessera/shell/assets/${chunk.split('/').at(-1)}`;
  const federation = broken(await readFile(chunk, 'utf8'));
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      {
        note: slot('note', { render: 'client', props: { text: 'a' } }),
        other: slot('note', { props: { text: 'b' } }),
      },
      { note: remote('note') },
    )}<fragment-slot slot-id="note" state="ready"><i>Loading</i></fragment-slot>
      <fragment-slot slot-id="other" state="ready"><p>From the server</p></fragment-slot>`,
    [path]: federation.route,
    [ENTRY]: note({ updates: true }),
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);
  await page.waitForSelector('[slot-id=note][widget=failed]', { state: 'attached' });
  await page.waitForSelector('[slot-id=other][widget=failed]', { state: 'attached' });
  expect(errors.filter((text) => text.includes('[SHELL_LOAD_FAILED]')).length).toBe(2);
  expect(await page.innerHTML('[slot-id=other]')).toBe('<p>From the server</p>');

  federation.repair();
  await page.click('text=Try again');

  await page.waitForSelector('text=Note a');
});

test('a widget that breaks after its start blanks no other, and nor does an event listener that throws', async () => {
  const react = (name: string) => `import { createElement as h, useState } from 'react';
    import { createRoot } from 'react-dom/client';
    import { flushSync } from 'react-dom';
    function Widget({ events }) {
      const [count, setCount] = useState(0);
      if (count > 1) throw new Error('${name} broke');
      return h('button', { onClick: () => { setCount(count + 1); events.emit('pressed', '${name}'); } }, '${name} ' + count);
    }
    const widget = { mount(root, props, { events, signal }) {
      events.on('pressed', (by) => {
        globalThis.heard = [...(globalThis.heard ?? []), '${name} heard ' + by];
        if ('${name}' === 'one') throw new Error('a listener of one');
      }, { signal });
      const reactRoot = createRoot(root);
      flushSync(() => reactRoot.render(h(Widget, { events })));
      return { unmount: () => reactRoot.unmount() };
    } };
    export const init = () => {};
    export const get = async () => () => widget;`;
  const client = { render: 'client' } as const;
  await using site = await startSite(builds, {
    '/': `${head(builds, { one: slot('one', client), two: slot('two', client) }, { one: remote('one'), two: remote('two') })}
      <fragment-slot slot-id="one" state="ready"></fragment-slot><fragment-slot slot-id="two" state="ready"></fragment-slot>`,
    '/_fragments/one/assets/entry.js': react('one'),
    '/_fragments/two/assets/entry.js': react('two'),
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);
  await page.waitForSelector('text=one 0');
  await page.waitForSelector('text=two 0');

  await page.click('text=one 0');
  await page.click('text=one 1');

  await page.waitForFunction(
    () => document.querySelector('[slot-id=one]')?.childElementCount === 0,
  );
  await page.click('text=two 0');
  await page.waitForSelector('text=two 1');
  expect(errors.join('\n')).toContain('one broke');
  expect(errors.join('\n')).toContain('a listener of one');
  expect(await page.evaluate('heard')).toContain('two heard one');

  await page.evaluate(() => document.querySelector('[slot-id=one]')?.remove());
  await page.waitForFunction(() => !document.querySelector('[slot-id=one]'));
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0)));
  await page.evaluate('globalThis.heard = []');
  await page.click('text=two 1');
  expect(await page.evaluate('heard')).toEqual(['two heard two']);
});

test('a widget that gives no handle to unmount it is refused, and the server HTML stays', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><b>Note</b></fragment-slot>`,
    [ENTRY]: container('return { mount() {}, hydrate() { return {}; } };'),
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);
  await page.waitForSelector('[widget=failed]', { state: 'attached' });
  expect(await page.innerHTML('fragment-slot')).toBe('<b>Note</b>');
  expect(errors).toEqual([
    expect.stringMatching(/no handle with unmount\(\)\. \[REMOTE_INVALID\]/),
  ]);
});

test('a slot that leaves and comes back while its widget starts has one widget in the end', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { render: 'client' }) }, { note: remote('note') })}
      <main><fragment-slot slot-id="note" state="ready"><i>Loading</i></fragment-slot></main>`,
    [ENTRY]: container(`globalThis.starts = []; globalThis.running = 0;
      return { mount(root) {
        const n = starts.length + 1;
        return new Promise((resolve) => starts.push(() => {
          running++;
          root.append('Widget ' + n);
          resolve({ unmount() { running--; root.replaceChildren(); } });
        }));
      } };`),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  const started = (n: number) =>
    page.waitForFunction((n) => Reflect.get(globalThis, 'starts')?.length === n, n);
  await started(1);
  await page.evaluate(async () => {
    const element = document.querySelector('fragment-slot');
    element?.remove();
    // A slot that is only moved would be back before this.
    await new Promise((done) => setTimeout(done));
    await new Promise((done) => setTimeout(done));
    if (element) document.querySelector('main')?.append(element);
  });
  await started(2);
  await page.evaluate('starts[1]()');
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  await page.evaluate('starts[0]()');
  await expect.poll(() => page.evaluate('running')).toBe(1);
  expect(await page.textContent('fragment-slot')).toContain('Widget 2');
});

test('a stylesheet that the shell has linked stays for its last slot, and goes some time after it', async () => {
  const css = '/_fragments/note/assets/note.css';
  const slots = {
    one: slot('note', { render: 'client' }),
    two: slot('note', { render: 'client' }),
  };
  await using site = await startSite(builds, {
    '/': `${head(builds, slots, { note: remote('note', { css: [css] }) })}
      <fragment-slot slot-id="one" state="ready"></fragment-slot><fragment-slot slot-id="two" state="ready"></fragment-slot>`,
    [ENTRY]: note({ updates: true }),
    [css]: 'p { margin: 0 }',
  });
  await using page = await openPage(browser);
  await page.clock.install();
  await page.goto(site.url);
  for (const id of ['one', 'two'])
    await page.waitForSelector(`[slot-id=${id}][widget=mounted]`, { state: 'attached' });
  const links = () => page.locator(`link[href$="${css}"]`).count();
  const remove = async (id: string) => {
    await page.evaluate((id) => document.querySelector(`[slot-id=${id}]`)?.remove(), id);
    await page.clock.runFor(1000);
  };
  expect(await links()).toBe(1);
  await remove('one');
  await page.clock.runFor(60_000);
  expect(await links()).toBe(1);
  await remove('two');
  expect(await links()).toBe(1);
  await page.clock.runFor(60_000);
  expect(await links()).toBe(0);
});

test('a stylesheet stays while one slot comes when another has gone, however long that goes on', async () => {
  const css = '/_fragments/note/assets/note.css';
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      { note: slot('note', { render: 'client' }) },
      { note: remote('note', { css: [css] }) },
    )}<main></main>`,
    [ENTRY]: note({ updates: true }),
    [css]: 'p { margin: 0 }',
  });
  await using page = await openPage(browser);
  await page.clock.install();
  await page.goto(site.url);
  for (let time = 0; time < 4; time++) {
    await page.evaluate(() => {
      const slot = document.createElement('fragment-slot');
      slot.setAttribute('slot-id', 'note');
      slot.setAttribute('state', 'ready');
      document.querySelector('main')?.replaceChildren(slot);
    });
    await page.waitForSelector('[widget=mounted]', { state: 'attached' });
    await page.evaluate(() => document.querySelector('main')?.replaceChildren());
    await page.clock.runFor(2000);
  }
  expect(site.requests.filter((path) => path === css)).toHaveLength(1);
});
