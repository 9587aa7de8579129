import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { container, head, type Route, remote, slot, startSite } from './site.ts';

const { builds, browser } = await prepare();

const ENTRY = '/_fragments/note/assets/entry.js';
const HTML = '/_fragments/note/a';

/** Says how it was started, on what and with which props. */
const widget = (version: string) =>
  container(`const start = (kind) => (root, props) => {
      globalThis.started = [kind, root.textContent, props.text ?? ''].join('|');
      if (kind === 'mount') root.append('Widget ${version}');
      return { unmount() {} };
    };
    return { mount: start('mount'), hydrate: start('hydrate') };`);

const EVENTS = `<script>globalThis.seen = [];
  for (const type of ['idle', 'loading', 'retry', 'ready', 'starting', 'hydrated', 'mounted', 'failed'])
    addEventListener('tessera:' + type, ({ detail }) => seen.push([type, detail.slot, detail.fragment, detail.attempt, detail.code].filter((x) => x).join(' ')));
  </script>`;

test.for(['error', 'fallback', 'pending'])(
  'a slot that the server left as %s gets its HTML later, and its widget takes it over',
  async (state) => {
    let tries = 0;
    await using site = await startSite(builds, {
      '/': `${head(builds, { note: slot('note', { html: HTML }) }, { note: remote('note') })}${EVENTS}
        <fragment-slot slot-id="note" state="${state}"><p>Resting</p></fragment-slot>`,
      [HTML]: (response) => {
        response.statusCode = tries++ === 0 ? 502 : 200;
        response.end(
          '<b>There again</b><script type="application/json" data-tessera-props>{"text":"own"}</script>',
        );
      },
      [ENTRY]: widget('1'),
    });
    await using page = await openPage(browser);
    const errors = collectErrors(page);
    await page.goto(site.url);
    await page.waitForSelector('[state=ready][widget=hydrated]', { state: 'attached' });
    expect(await page.innerHTML('fragment-slot')).toBe('<b>There again</b>');
    expect(await page.evaluate('started')).toBe('hydrate|There again|own');
    expect(await page.evaluate('seen')).toEqual([
      'idle note note',
      'ready note note',
      'loading note note',
      'starting note note',
      'hydrated note note',
    ]);
    // The browser itself writes down the 502.
    expect(errors.filter((text) => !text.includes('502'))).toEqual([]);
  },
);

test('a slot whose HTML cannot be had at all has its widget mounted', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { html: HTML }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="error"><p>Resting</p></fragment-slot>`,
    [ENTRY]: widget('1'),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[state=error][widget=mounted]', { state: 'attached' });
  expect(await page.textContent('fragment-slot')).toBe('Widget 1');
  expect(site.requests.filter((path) => path === HTML)).toHaveLength(2);
});

test.for<[string, Route]>([
  ['is not there', (response) => response.writeHead(404).end()],
  ['never comes', () => {}],
])(
  'without the chunk that asks for HTML, which %s, a slot has its widget mounted',
  async ([, chunk]) => {
    const [file = ''] = globSync('assets/recovery-*.js', { cwd: builds.shell });
    await using site = await startSite(builds, {
      '/': `${head(builds, { note: slot('note', { html: HTML }) }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="error"><p>Resting</p></fragment-slot>`,
      [`/_tessera/shell/${file}`]: chunk,
      [ENTRY]: widget('1'),
    });
    await using page = await openPage(browser);
    await page.goto(site.url, { waitUntil: 'commit' });
    await page.waitForSelector('[state=error][widget=mounted]', { state: 'attached' });
    expect(site.requests).toContain(`/_tessera/shell/${file}`);
  },
);

test('a slot without a widget gets its HTML later too, and says nothing of a widget', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { html: HTML, mount: 'none' }) }, {})}${EVENTS}
      <fragment-slot slot-id="note" state="error"><p>Resting</p></fragment-slot>`,
    [HTML]: '<b>There again</b>',
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[state=ready]', { state: 'attached' });
  expect(await page.innerHTML('fragment-slot')).toBe('<b>There again</b>');
  expect(await page.getAttribute('fragment-slot', 'widget')).toBeNull();
  expect(await page.evaluate('seen')).toEqual(['ready note note']);
});

test('HTML of a version that nobody knows is mounted afresh, that of the last one by its own widget', async () => {
  const last = '/_fragments/note/assets/last.js';
  const slots = { lost: slot('note', { version: '3' }), late: slot('note', { version: '3' }) };
  const remotes = { note: remote('note'), 'note@2': remote('note', { entry: last, js: [last] }) };
  const started = (version: string) =>
    widget(version).replace('globalThis.started =', `(globalThis.started ??= {})['${version}'] =`);
  await using site = await startSite(builds, {
    '/': `${head(builds, slots, remotes)}
      <fragment-slot slot-id="lost" state="ready" version="1"><b>One</b></fragment-slot>
      <fragment-slot slot-id="late" state="ready" version="2"><b>Two</b></fragment-slot>`,
    [ENTRY]: started('3'),
    [last]: started('2'),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[slot-id=lost][widget=mounted]', { state: 'attached' });
  await page.waitForSelector('[slot-id=late][widget=hydrated]', { state: 'attached' });
  expect(await page.evaluate('started')).toEqual({ 2: 'hydrate|Two|', 3: 'mount||' });
  expect(await page.textContent('[slot-id=lost]')).toBe('Widget 3');
});

test('a page that stands open during a deploy asks once what its remotes are called now', async () => {
  const next = '/_fragments/note/assets/next.js';
  const pageOf = (version: string, entry: string) =>
    `${head(
      builds,
      { a: slot('note', { version }), b: slot('gone', { version }) },
      { note: remote('note', { entry, js: [entry] }), gone: remote('gone') },
    )}${EVENTS}<fragment-slot slot-id="a" state="ready"><b>A</b></fragment-slot><fragment-slot slot-id="b" state="ready"><b>B</b></fragment-slot>`;
  let pages = 0;
  await using site = await startSite(builds, {
    '/': (response) => response.end(pages++ === 0 ? pageOf('1', ENTRY) : pageOf('2', next)),
    [next]: widget('2'),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[slot-id=a][widget=mounted]', { state: 'attached' });
  await page.waitForSelector('[slot-id=b][widget=failed]', { state: 'attached' });
  expect(await page.textContent('[slot-id=a]')).toBe('Widget 2');
  expect(site.requests.filter((path) => path === '/')).toHaveLength(2);
  expect(await page.evaluate('seen')).toEqual(
    expect.arrayContaining([
      'retry a note 2',
      'retry b gone 2',
      'retry b gone 3',
      'failed b gone REMOTE_LOAD_FAILED',
    ]),
  );
});

test('what breaks because the visitor leaves is no failure', async () => {
  const asked = Promise.withResolvers<void>();
  const hang: Route = () => asked.resolve();
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note', { timeoutMs: 300 }) })}${EVENTS}
      <fragment-slot slot-id="note" state="ready"><b>Note</b></fragment-slot>`,
    [ENTRY]: hang,
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.clock.install();
  await page.goto(site.url, { waitUntil: 'commit' });
  await asked.promise;
  // As a page hears it that goes into the browser's cache and comes back.
  await page.evaluate(() =>
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })),
  );
  await page.clock.runFor(1000);
  expect(await page.getAttribute('fragment-slot', 'widget')).toBe('loading');
  expect(errors).toEqual([]);
  await page.evaluate(() =>
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
  );
  await page.clock.resume();
  await page.waitForSelector('[widget=failed]', { state: 'attached' });
});

test('a failed slot tries again when the browser is online again', async () => {
  let works = false;
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note', { js: [] }) })}
      <fragment-slot slot-id="note" state="ready"><b>Note</b></fragment-slot>`,
    [`${ENTRY}*`]: (response) =>
      works ? response.end(widget('1')) : response.writeHead(503).end(),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=failed]', { state: 'attached' });
  works = true;
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  expect(await page.getAttribute('fragment-slot', 'widget-error')).toBeNull();
});

test('a page that clears all marks keeps its widgets', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note') })}
      <script>addEventListener('tessera:loading', () => performance.clearMarks());</script>
      <fragment-slot slot-id="note" state="ready"><b>Note</b></fragment-slot>`,
    [ENTRY]: widget('1'),
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);
  await page.waitForSelector('[widget=hydrated]', { state: 'attached' });
  expect(errors).toEqual([]);
});

test('marks and measures tell how long a slot took, without growing', async () => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note') }, { note: remote('note') })}
      <fragment-slot slot-id="note" state="ready"><b>Note</b></fragment-slot>`,
    [ENTRY]: widget('1'),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  for (let i = 0; i < 3; i++) {
    await page.waitForSelector('[widget=hydrated],[widget=mounted]', { state: 'attached' });
    await page.evaluate(async () => {
      const element = document.querySelector('fragment-slot');
      element?.remove();
      while (element?.getAttribute('widget') !== 'idle') await new Promise((r) => setTimeout(r));
      if (element) document.body.append(element);
    });
  }
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  const entries = await page.evaluate(() =>
    [...performance.getEntriesByType('mark'), ...performance.getEntriesByType('measure')]
      .filter(({ name }) => name.startsWith('tessera:'))
      .map(({ name, entryType, detail }: PerformanceEntry & { detail?: { version: string } }) =>
        [entryType, name, detail?.version].join(' '),
      )
      .sort(),
  );
  expect(entries).toEqual(
    ['hydrated', 'idle', 'loading', 'mounted', 'starting']
      .map((state) => `mark tessera:note:${state} 1`)
      .concat('measure tessera:note 1'),
  );
});
