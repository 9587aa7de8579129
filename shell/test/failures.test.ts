import type { PageRemote } from '@tessera/contract';
import { expect, test } from 'vitest';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { container, counterRemote, head, type Route, remote, slot, startSite } from './site.ts';

const { builds, browser } = await prepare();

const WORKS = container(
  "return { mount(root) { root.append('It works'); return { unmount() { root.replaceChildren(); } }; } };",
);

interface Row {
  /** What its entry answers; 404 without one. */
  readonly entry?: Route;
  readonly remote?: Partial<PageRemote>;
  readonly routes?: Record<string, Route>;
  readonly code: string;
  /** What the console says of it. */
  readonly says: RegExp;
}

const hangs: Route = () => {};
const CSS_404 = { css: ['/_fragments/css-404/assets/none.css'] };

/** What may be wrong with a remote, by the name of its fragment. */
const ROWS: Record<string, Row> = {
  down: {
    remote: { entry: 'http://127.0.0.1:9/entry.js', js: [] },
    code: 'REMOTE_LOAD_FAILED',
    says: /127\.0\.0\.1:9\/entry\.js cannot be reached\..*→ Its server is down/s,
  },
  absent: {
    code: 'REMOTE_LOAD_FAILED',
    says: /absent\/assets\/entry\.js answers 404\..*→ Deploy that file/s,
  },
  html: {
    entry: (response) => response.setHeader('content-type', 'text/html').end('<h1>Sorry</h1>'),
    code: 'REMOTE_LOAD_FAILED',
    says: /answers with "text\/html" instead of JavaScript/,
  },
  truncated: {
    entry: (response) => {
      response.setHeader('content-length', '1000').write('export const init = 1;');
      response.destroy();
    },
    code: 'REMOTE_LOAD_FAILED',
    says: /did not load: .*\..*→ /s,
  },
  syntax: {
    entry: 'const = 1',
    code: 'REMOTE_LOAD_FAILED',
    says: /no JavaScript module that this browser can read/,
  },
  throws: {
    entry: "throw new Error('No luck.')",
    code: 'REMOTE_LOAD_FAILED',
    says: /it threw while it was loaded.*No luck\./s,
  },
  bare: {
    entry: '',
    code: 'REMOTE_LOAD_FAILED',
    says: /no container\..*must export init\(shareScope\) and get\(module\)/s,
  },
  json: {
    entry: (response) => response.setHeader('content-type', 'application/json').end('{"error":1}'),
    code: 'REMOTE_LOAD_FAILED',
    says: /answers with "application\/json" instead of JavaScript/,
  },
  redirect: {
    entry: (response) => response.writeHead(302, { location: 'http://127.0.0.1:9/x.js' }).end(),
    code: 'REMOTE_LOAD_FAILED',
    says: /redirect\/assets\/entry\.js cannot be reached\..*CORS, or script-src/s,
  },
  'init-throws': {
    entry: `export const init = () => { throw new Error('No init.'); }; export const get = () => {};`,
    code: 'REMOTE_LOAD_FAILED',
    says: /it threw while it was loaded.*No init\./s,
  },
  'init-hangs': {
    entry: 'export const init = () => new Promise(() => {}); export const get = () => {};',
    remote: { timeoutMs: 2500 },
    code: 'REMOTE_TIMEOUT',
    says: /did not load within 2500 ms/,
  },
  'never-evaluated': {
    entry: 'await new Promise(() => {});',
    remote: { timeoutMs: 2500 },
    code: 'REMOTE_TIMEOUT',
    says: /did not load within 2500 ms/,
  },
  'get-late': {
    entry: `export const init = () => {};
      export const get = () => new Promise((_, reject) => setTimeout(() => reject(new Error('Too late.')), 2700));`,
    remote: { timeoutMs: 2500 },
    code: 'REMOTE_TIMEOUT',
    says: /did not load within 2500 ms/,
  },
  expose: {
    entry: `export const init = () => {};
      export const get = async (name) => { throw new Error('Module "' + name + '" does not exist in container.'); };`,
    code: 'REMOTE_LOAD_FAILED',
    says: /does not know "\.\/widget"\..*→ Correct remote\.module/s,
  },
  import: {
    entry: "import './gone.js';",
    code: 'REMOTE_LOAD_FAILED',
    says: /a file that it imports cannot be fetched/,
  },
  empty: { entry: container('return {};'), code: 'REMOTE_INVALID', says: /no mount\(\)/ },
  hangs: {
    entry: hangs,
    remote: { timeoutMs: 2500 },
    code: 'REMOTE_TIMEOUT',
    says: /did not load within 2500 ms/,
  },
  'get-hangs': {
    entry: 'export const init = () => {}; export const get = () => new Promise(() => {});',
    remote: { timeoutMs: 2500 },
    code: 'REMOTE_TIMEOUT',
    says: /did not load within 2500 ms/,
  },
  'mount-throws': {
    entry: container("return { mount() { throw new Error('No.'); } };"),
    code: 'WIDGET_START_FAILED',
    says: /did not start/,
  },
  'mount-hangs': {
    entry: container('return { mount: () => new Promise(() => {}) };'),
    remote: { timeoutMs: 2500 },
    code: 'WIDGET_START_TIMEOUT',
    says: /did not start within 2500 ms/,
  },
  'mount-rejects-late': {
    entry: container(
      "return { mount: () => new Promise((_, reject) => setTimeout(() => reject(new Error('Too late.')), 2700)) };",
    ),
    remote: { timeoutMs: 2500 },
    code: 'WIDGET_START_TIMEOUT',
    says: /did not start within 2500 ms/,
  },
  'mount-comes-late': {
    entry: container(
      `return { mount(root) {
        root.append('Too late.');
        return new Promise((resolve) => setTimeout(() => resolve({ unmount() { root.replaceChildren(); } }), 2700));
      } };`,
    ),
    remote: { timeoutMs: 2500 },
    code: 'WIDGET_START_TIMEOUT',
    says: /did not start within 2500 ms/,
  },
  'no-handle': {
    entry: container('return { mount() {} };'),
    code: 'REMOTE_INVALID',
    says: /no handle with unmount/,
  },
};

test('whatever is wrong with a remote: its HTML stays, its slot says why, and the page around it lives', async () => {
  const names = Object.keys(ROWS);
  const slots = Object.fromEntries([...names, 'old', 'fine'].map((name) => [name, slot(name)]));
  const remotes = Object.fromEntries(
    names.map((name) => [name, remote(name, { js: [], ...ROWS[name]?.remote })]),
  );
  await using site = await startSite(builds, {
    '/': `${head(builds, slots, { ...remotes, old: counterRemote(builds, 'old'), fine: remote('fine') })}
      <script>globalThis.codes = {}; addEventListener('tessera:failed', ({ detail }) => { codes[detail.slot] = detail.code; });</script>
      ${Object.keys(slots)
        .map(
          (name) => `<fragment-slot slot-id="${name}" state="ready"><b>${name}</b></fragment-slot>`,
        )
        .join('')}`,
    '/_fragments/fine/assets/entry.js': WORKS,
    ...Object.fromEntries(
      Object.entries(ROWS).flatMap(([name, { entry }]) => {
        return entry === undefined ? [] : [[`/_fragments/${name}/assets/entry.js*`, entry]];
      }),
    ),
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  const uncaught: string[] = [];
  page.on('pageerror', (error) => uncaught.push(String(error)));
  await page.goto(site.url, { waitUntil: 'commit' });
  await page.waitForSelector('[slot-id=fine][widget=mounted]', { state: 'attached' });
  for (const name of [...names, 'old'])
    await page.waitForSelector(`[slot-id=${name}][widget=failed]`, { state: 'attached' });

  // Those that come too late have come by now.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(uncaught).toEqual([]);
  const codes: Record<string, string> = await page.evaluate('codes');
  const said = (name: string) => errors.find((text) => text.includes(`of "${name}"`)) ?? '';
  for (const [name, { code, says }] of Object.entries(ROWS)) {
    expect(`${name} ${codes[name]}`).toBe(`${name} ${code}`);
    expect(said(name)).toMatch(says);
    expect(said(name)).toContain(`docs/errors.md#${code}`);
    expect(await page.getAttribute(`[slot-id=${name}]`, 'widget-error')).toBe(code);
    expect(await page.innerHTML(`[slot-id=${name}]`)).toBe(`<b>${name}</b>`);
  }
  expect(codes.old).toBe('REMOTE_INCOMPATIBLE');
  expect(said('old')).toMatch(/was refused\. It needs react \^18\.0\.0, and the page has 19\./);
  expect(await page.innerHTML('[slot-id=old]')).toBe('<b>old</b>');
}, 60_000);

/** What is answered first; then it is repaired, and the button pressed. */
const REPAIRABLE: Record<string, Route> = {
  'is not there': (response) => response.writeHead(404).end(),
  'answers 503': (response) => response.writeHead(503).end(),
  'is HTML': (response) => response.setHeader('content-type', 'text/html').end('<h1>Sorry</h1>'),
  'is cut off': (response) => {
    response.setHeader('content-length', '1000').write('export const init = 1;');
    response.destroy();
  },
  'is no JavaScript': 'const = 1',
  'is empty': '',
  throws: "throw new Error('No luck.')",
  hangs,
  'waits for ever for what it imports': 'await new Promise(() => {});',
  'has no widget': container('return {};'),
};

test.for(Object.entries(REPAIRABLE))(
  'an entry that %s is tried again by the button, without a reload',
  async ([, broken]) => {
    let route = broken;
    await using site = await startSite(builds, {
      '/': `${head(
        builds,
        { note: slot('note', { render: 'client' }) },
        { note: remote('note', { timeoutMs: 2500 }) },
      )}<fragment-slot slot-id="note" state="ready">Loading</fragment-slot>`,
      '/_fragments/note/assets/entry.js*': (response, request) =>
        typeof route === 'function' ? route(response, request) : response.end(route),
    });
    await using page = await openPage(browser);
    await page.goto(site.url, { waitUntil: 'commit' });
    await page.waitForSelector('[widget=failed]', { state: 'attached' });
    route = WORKS;
    await page.click('text=Try again');
    await page.waitForSelector('[widget=mounted]', { state: 'attached' });
    expect(await page.textContent('fragment-slot')).toBe('It works');
  },
);

test.for<[string, Route]>([
  ['is not there', (response) => response.writeHead(404).end()],
  ['never comes', hangs],
])('a stylesheet that %s keeps no widget away', async ([, css]) => {
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { render: 'client' }) }, { note: remote('note', CSS_404) })}
      <fragment-slot slot-id="note" state="ready">Loading</fragment-slot>`,
    '/_fragments/note/assets/entry.js': WORKS,
    [CSS_404.css[0] ?? '']: css,
  });
  await using page = await openPage(browser);
  await page.goto(site.url, { waitUntil: 'commit' });
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  expect(await page.textContent('fragment-slot')).toBe('It works');
});

test('a stylesheet that was not there is asked for again by the next slot', async () => {
  const css = CSS_404.css[0] ?? '';
  let missing = true;
  await using site = await startSite(builds, {
    '/': `${head(builds, { note: slot('note', { render: 'client' }) }, { note: remote('note', CSS_404) })}
      <fragment-slot slot-id="note" state="ready"></fragment-slot>`,
    '/_fragments/note/assets/entry.js': WORKS,
    [css]: (response) =>
      missing ? response.writeHead(404).end() : response.end('fragment-slot { color: red }'),
  });
  await using page = await openPage(browser);
  await page.goto(site.url);
  await page.waitForSelector('[widget=mounted]', { state: 'attached' });
  missing = false;
  await page.evaluate(() => {
    const slot = document.querySelector('fragment-slot');
    slot?.replaceWith(slot.cloneNode());
  });
  const colour = () =>
    page.locator('fragment-slot').evaluate((element) => getComputedStyle(element).color);
  await expect.poll(colour).toBe('rgb(255, 0, 0)');
});

test('two versions of one remote run on one page, and share its React', async () => {
  const props = { start: 1 };
  await using site = await startSite(builds, {
    '/': `${head(
      builds,
      {
        now: slot('counter', { render: 'client', props }),
        next: slot('counter-next', { render: 'client', props: { start: 5 } }),
      },
      {
        counter: counterRemote(builds),
        'counter-next': counterRemote(builds, 'counter-next'),
      },
    )}<fragment-slot slot-id="now" state="ready"></fragment-slot><fragment-slot slot-id="next" state="ready"></fragment-slot>`,
  });
  await using page = await openPage(browser);
  const errors = collectErrors(page);
  await page.goto(site.url);
  await page.click('text=Count 1');
  await page.click('text=Count 5');
  await page.waitForSelector('text=Count 2');
  await page.waitForSelector('text=Count 6');
  expect(site.requests).toContain('/_fragments/counter/assets/remoteEntry.js');
  expect(site.requests).toContain('/_fragments/counter-next/assets/remoteEntry.js');
  expect(await page.evaluate(() => globalThis.useStates?.size)).toBe(1);
  expect(errors).toEqual([]);
});
