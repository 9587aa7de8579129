import type { PageData, PageReport } from '@tessera/contract';
import { describe, expect, test } from 'vitest';
import {
  type ComposerSetup,
  type Handler,
  html,
  inline,
  shellBuild,
  startComposer,
  startServer,
  text,
} from './servers.ts';

// The attribute table of docs/protocol.md, row by row, each with its default.

const slot = (attributes: string, content = 'own') =>
  `<fragment-slot ${attributes}>${content}</fragment-slot>`;
const page = (...slots: string[]) => `<html><head></head><body>${slots.join('\n')}</body></html>`;

/** Two services, `a` and `b`, that say what they are asked. */
async function startShop({
  manifest = {},
  ...setup
}: Partial<ComposerSetup> & { manifest?: object }) {
  const echo =
    (name: string): Handler =>
    (request, response) =>
      html(`<i>${name} ${request.url}</i>`)(request, response);
  const a = await startServer(echo('a'));
  const b = await startServer(echo('b'));
  const shop = await startComposer({
    fragments: { a: inline(a.url, { ...manifest }), b: inline(b.url) },
    development: true,
    ...setup,
  });
  return {
    url: shop.url,
    requests: a.requests,
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]();
      await a.close();
      await b.close();
    },
  };
}

async function slotsOf(url: string): Promise<PageReport['slots']> {
  const report: PageReport = await (await fetch(`${url}?tessera=report`)).json();
  return report.slots;
}

/** The page's data for the shell. */
async function dataOf(url: string): Promise<PageData> {
  const json = /<script type="application\/json" id="tessera-page">(.*?)<\/script>/.exec(
    await text(url),
  );
  return JSON.parse(json?.[1] ?? 'null');
}

test('name says which fragment fills the slot', async () => {
  await using shop = await startShop({ template: page(slot('name="b"'), slot('name=a')) });
  expect(await text(shop.url)).toMatch(/<i>b \/any<\/i>.*\n.*<i>a \/any<\/i>/);
});

test('slot-id is its key in page and report; by default the name, numbered from the second on', async () => {
  await using shop = await startShop({
    template: page(slot('name="a"'), slot('name="a"'), slot('name="a" slot-id="mine"')),
  });
  const ids = [...(await text(shop.url)).matchAll(/slot-id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual(['a', 'a-2', 'mine']);
  expect((await slotsOf(shop.url)).map(({ slot: id }) => id)).toEqual(ids);
});

describe('primary', () => {
  const missing: Handler = (_, response) => {
    response.writeHead(404, { 'content-type': 'text/html' });
    response.end('<html><head><title>None</title></head><body><p>None here</p></body></html>');
  };

  test("makes status and head of its answer the page's", async () => {
    await using service = await startServer(missing);
    await using shop = await startComposer({
      fragments: { a: inline(service.url) },
      template: page(slot('name="a" primary')),
    });
    const response = await fetch(shop.url);
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(/<title>None<\/title>.*state="ready"><p>None here<\/p>/);
  });

  test('is off by default: the same answer is a failure of the slot alone', async () => {
    await using service = await startServer(missing);
    await using shop = await startComposer({
      fragments: { a: inline(service.url) },
      template: page(slot('name="a"')),
    });
    const response = await fetch(shop.url);
    expect(response.status).toBe(200);
    const answered = await response.text();
    expect(answered).toContain('state="error">own</fragment-slot>');
    expect(answered).not.toContain('None');
  });
});

test('required costs the page when it fails, and is off by default', async () => {
  await using service = await startServer((_, response) => response.writeHead(404).end());
  const statusOf = async (attributes: string) => {
    await using shop = await startComposer({
      fragments: { a: inline(service.url) },
      template: page(slot(`name="a" ${attributes}`)),
    });
    return (await fetch(shop.url)).status;
  };
  expect([await statusOf('required'), await statusOf('')]).toEqual([502, 200]);
});

describe('deferred', () => {
  /** The page while its fragment has not answered, up to `mark`, then all of it. */
  async function visit(attributes: string, mark: string) {
    const gate = Promise.withResolvers<void>();
    await using service = await startServer(async (request, response) => {
      await gate.promise;
      html('<i>late</i>')(request, response);
    });
    await using shop = await startComposer({
      fragments: { a: inline(service.url) },
      template: page(slot(`name="a" timeout-ms="10000" ${attributes}`), '<p>end</p>'),
    });
    let read = '';
    for await (const piece of (await fetch(shop.url)).body ?? []) {
      read += Buffer.from(piece).toString();
      if (read.includes(mark)) gate.resolve();
    }
    return read;
  }

  test('lets the page go on without the fragment, at once', async () => {
    const read = await visit('deferred', '<p>end</p>');
    expect(read).toContain('state="pending">own</fragment-slot>\n<p>end</p>');
    expect(read).toContain('<template data-slot="a" data-state="ready"><i>late</i></template>');
  });

  test('with milliseconds lets it go on after them', async () => {
    const read = await visit('deferred="50"', '<p>end</p>');
    expect(read).toContain('state="pending">own</fragment-slot>\n<p>end</p>');
    expect(read).toContain('<template data-slot="a" data-state="ready"><i>late</i></template>');
  });

  test('is off by default: the page waits where the slot stands', async () => {
    const read = await visit('', '<body>');
    expect(read).toContain('state="ready"><i>late</i></fragment-slot>\n<p>end</p></body>');
  });
});

test("timeout-ms is what the service is told; by default the manifest's, then 1000", async () => {
  const toldBy = async (attributes: string, manifest = {}) => {
    await using shop = await startShop({
      manifest,
      template: page(slot(`name="a" ${attributes}`)),
    });
    await text(shop.url);
    return Number(shop.requests[0]?.headers['tessera-deadline-ms']);
  };
  const between = async (told: Promise<number>, least: number, most: number) => {
    expect(await told).toBeGreaterThan(least);
    expect(await told).toBeLessThanOrEqual(most);
  };
  await between(toldBy('timeout-ms="3000"', { timeoutMs: 9000 }), 0, 3000);
  await between(toldBy('timeout-ms="9000"', { timeoutMs: 3000 }), 3000, 9000);
  await between(toldBy('', { timeoutMs: 2000 }), 1000, 2000);
  await between(toldBy(''), 0, 1000);
});

test("param-* fills the content's path from text, route and query; by default from the route", async () => {
  await using shop = await startShop({
    manifest: {
      content: ':sku/:tab?q=:q',
      params: { tab: { type: 'string', default: 'all' }, q: { type: 'string', default: '-' } },
    },
    pages: { '/p/:sku/:tab': 'page.html', '/q/:sku': 'page.html', '/r/:other': 'other.html' },
    template: page(slot('name="a"')),
    templates: {
      'other.html': page(slot('name="a" PARAM-sku="x-{other}-{query.n}" param-q="{query.q}"')),
    },
  });
  expect(await text(`${shop.url}p/mug/blue?q=no`)).toContain('<i>a /mug/blue?q=-</i>');
  expect(await text(`${shop.url}q/mug`)).toContain('<i>a /mug/all?q=-</i>');
  expect(await text(`${shop.url}r/mug?n=7&q=yes`)).toContain('<i>a /x-mug-7/all?q=yes</i>');
  expect(await text(`${shop.url}r/mug`)).toContain('<i>a /x-mug-/all?q=-</i>');
});

test('render="client" sends its own content and asks nobody; server is the default', async () => {
  const remote = { entry: 'assets/r.js', module: './widget' };
  await using build = await shellBuild();
  await using shop = await startShop({
    shell: build.root,
    manifest: { remote },
    template: page(slot('name="a" render="client" mount="idle"')),
  });
  expect(await text(shop.url)).toContain('state="ready">own</fragment-slot>');
  expect((await dataOf(shop.url)).slots.a?.render).toBe('client');
  expect(await slotsOf(shop.url)).toMatchObject([{ state: 'client' }]);
  expect(shop.requests).toHaveLength(0);
  for (const attributes of ['', 'render="server"']) {
    await using served = await startShop({ template: page(slot(`name="a" ${attributes}`)) });
    expect(await text(served.url)).toContain('state="ready"><i>a /any</i>');
  }
});

test('mount says when the widget starts; by default when the manifest says, then never', async () => {
  await using build = await shellBuild();
  const triggerOf = async (attributes: string, mount?: string) => {
    const remote = { entry: 'assets/r.js', module: './widget', mount };
    await using shop = await startShop({
      shell: build.root,
      manifest: { remote },
      template: page(slot(`name="a" ${attributes}`)),
    });
    return (await dataOf(shop.url))?.slots.a?.mount;
  };
  for (const mount of ['load', 'idle', 'visible', 'interaction', 'media:(min-width: 40em)'])
    expect(await triggerOf(`mount="${mount}"`, 'idle')).toBe(mount);
  expect(await triggerOf('', 'visible')).toBe('visible');
  expect(await triggerOf('mount="none"', 'visible')).toBeUndefined();
  expect(await triggerOf('')).toBeUndefined();
});

test('view-transition names the slot’s first element for the cross-fade between pages; no page has it by default', async () => {
  await using shop = await startShop({
    template: page(
      slot('name="a" view-transition'),
      slot('name="b" slot-id="side" view-transition="aside"'),
    ),
    templates: { 'plain.html': page(slot('name="a"')) },
    pages: { '/': 'page.html', '/plain': 'plain.html' },
  });
  expect(await text(shop.url)).toContain(
    '<style>@media (prefers-reduced-motion:no-preference){@view-transition{navigation:auto}' +
      'fragment-slot[slot-id="a"]>:first-child{view-transition-name:a}' +
      'fragment-slot[slot-id="side"]>:first-child{view-transition-name:aside}}</style>',
  );
  expect(await text(`${shop.url}plain`)).not.toContain('view-transition');
  for (const template of [
    slot('name="a" view-transition="none"'),
    slot('name="a" view-transition="1st"'),
    slot('name="a" view-transition="x"') + slot('name="b" view-transition="x"'),
    slot('name="a" view-transition shadow'),
  ])
    await expect(startShop({ template: page(template) })).rejects.toMatchObject({
      code: expect.stringMatching(/^SLOT_ATTRIBUTE/),
    });
});

test('shadow puts the fragment into a shadow root of its own; it is off by default', async () => {
  await using shop = await startShop({
    template: page(`<p>${slot('name="a" shadow')}</p>`, slot('name="b"')),
  });
  const answered = await text(shop.url);
  expect(answered).toContain(
    'state="ready"><template shadowrootmode="open"><i>a /any</i></template></fragment-slot></p>',
  );
  expect(answered).toContain('state="ready"><i>b /any</i></fragment-slot>');
});

test('attributes that HTML has on every element stay and mean nothing', async () => {
  const attributes =
    'id="i" class="c" style="color:red" slot="s" lang="de" dir="ltr" role="region" title="t" data-x="1" aria-label="l"';
  await using shop = await startShop({ template: page(slot(`name="a" ${attributes}`)) });
  expect(await text(shop.url)).toContain(
    `<fragment-slot name="a" ${attributes} slot-id="a" state="ready"><i>a /any</i>`,
  );
});

describe('a site does not start', () => {
  const layout = (name: string) => ({ '/': { template: 'page.html', layout: name } });
  test.each<[string, string, ComposerSetup]>([
    [
      'with an unknown attribute',
      'SLOT_ATTRIBUTE_UNKNOWN',
      { template: slot('name="a" timeout="5"') },
    ],
    ['with a wrong value', 'SLOT_ATTRIBUTE_INVALID', { template: slot('name="a" mount="soon"') }],
    [
      'with attributes that exclude each other',
      'SLOT_ATTRIBUTES_CONFLICT',
      { template: slot('name="a" primary deferred') },
    ],
    ['with an unknown fragment', 'SLOT_FRAGMENT_UNKNOWN', { template: slot('name="c"') }],
    [
      'with an unknown placeholder',
      'PLACEHOLDER_UNKNOWN',
      { template: slot('name="a" param-x="{sku}"') },
    ],
    [
      'with two primaries',
      'PRIMARY_TWICE',
      { template: slot('name="a" primary') + slot('name="b" primary') },
    ],
    [
      'with one slot-id twice',
      'SLOT_ID_TAKEN',
      { template: slot('name="a" slot-id="x"') + slot('name="b" slot-id="x"') },
    ],
    ['with a slot without an end', 'SLOT_NOT_CLOSED', { template: '<fragment-slot name="a">' }],
    [
      'with a slot where a fragment could break out',
      'SLOT_MISPLACED',
      { template: `<p>${slot('name="a"')}</p>` },
    ],
    [
      'with markup that can be read in two ways',
      'TEMPLATE_AMBIGUOUS',
      { template: `<div>${slot('name="a"')}<!-- open` },
    ],
    [
      'with an unknown layout',
      'TEMPLATE_UNREADABLE',
      { template: 'x', pages: layout('gone.html') },
    ],
    [
      'with content for a place that its layout does not have',
      'LAYOUT_SLOT_UNKNOWN',
      {
        template: '<i slot="x">y</i>',
        templates: { 'l.html': '<slot></slot>' },
        pages: layout('l.html'),
      },
    ],
    [
      'with a layout that has a place twice',
      'LAYOUT_SLOT_TWICE',
      {
        template: 'x',
        templates: { 'l.html': '<slot></slot><slot></slot>' },
        pages: layout('l.html'),
      },
    ],
    [
      'with a layout that has no place for the rest',
      'LAYOUT_SLOT_MISSING',
      { template: 'x', templates: { 'l.html': '<slot name="y"></slot>' }, pages: layout('l.html') },
    ],
    [
      'with a slot in an error page',
      'ERROR_PAGE_WITH_SLOT',
      {
        template: 'x',
        templates: { 'e.html': slot('name="a"') },
        errorPage: { default: 'e.html' },
      },
    ],
  ])('%s', async (_, code, setup) => {
    const fragments = { a: inline('http://127.0.0.1:1/'), b: inline('http://127.0.0.1:1/') };
    await expect(startComposer({ fragments, ...setup })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/\.html/),
      hint: expect.stringMatching(/\S/),
    });
  });
});
