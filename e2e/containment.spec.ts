import type { Page } from '@playwright/test';
import { BENIGN } from '../composer-server/test/corpus/benign.ts';
import { HOSTILE } from '../composer-server/test/corpus/hostile.ts';
import { html, startComposer, startServer } from '../composer-server/test/servers.ts';
import { expect, test } from './shop.ts';

const FRAGMENTS = [...BENIGN, ...Object.values(HOSTILE).flat()];

/** Where slots stand: a page has one such place for each fragment. */
const PLACES: Readonly<Record<string, { page?: string; place: (slot: string) => string }>> = {
  'a section': { place: (slot) => `<section>${slot}<p>after</p></section>` },
  'a section in a list item': {
    place: (slot) => `<ul><li><section>${slot}</section></li><li>after</li></ul>`,
  },
  'a table cell': {
    place: (slot) => `<table><tbody><tr><td>${slot}</td><td>after</td></tr></tbody></table>`,
  },
  'main and div, in quirks mode': {
    page: '<html><head></head><body><main>{}</main></body></html>',
    place: (slot) => `<div><h2><b>${slot}</b></h2>after</div>`,
  },
  'a shadow root in a link': {
    place: (slot) =>
      `<form><p><a href="#"><button>${slot.replace('>', ' shadow>')}</button></a>after</p></form>`,
  },
  'a late template': { place: (slot) => `<section>${slot.replace('>', ' deferred>')}</section>` },
};

for (const [name, { page: document, place }] of Object.entries(PLACES)) {
  test(`no fragment changes the page around its slot: ${name}`, async ({ page }) => {
    let empty = true;
    await using service = await startServer((request, response) => {
      const fragment = FRAGMENTS[Number(request.url?.slice(1))] ?? '';
      if (empty) response.writeHead(204).end();
      else html(fragment)(request, response);
    });
    const slots = FRAGMENTS.map((_, i) =>
      place(
        `<fragment-slot name="a" slot-id="s${i}" param-i="${i}" timeout-ms="30000">own</fragment-slot>`,
      ),
    );
    const template = (
      document ?? '<!doctype html><html><head></head><body>{}</body></html>'
    ).replace('{}', () => slots.join('\n'));
    await using composer = await startComposer({
      fragments: { a: { url: service.url, manifest: { version: '1', content: ':i' } } },
      pages: { '/': { template: 'page.html', deadlineMs: 60_000 } },
      template,
    });
    // What fragments name (images, frames) does not exist.
    await page.route(
      (url) => url.href !== composer.url,
      (route) => route.abort(),
    );
    await page.goto(composer.url, { waitUntil: 'domcontentloaded' });
    const { outside } = await look(page);
    empty = false;
    await page.goto(composer.url, { waitUntil: 'domcontentloaded' });
    const seen = await look(page);
    expect(seen.outside).toEqual(outside);
    expect(seen.states).toEqual(
      new Array(FRAGMENTS.length).fill(expect.stringMatching(/^(ready|error)$/)),
    );
    // Nearly all can be repaired.
    expect(seen.states.filter((state) => state === 'error').length).toBeLessThan(6);
    expect(seen.inside.slice(0, BENIGN.length)).toEqual(await parsedAlone(page, BENIGN));
    expect(seen.inside.filter((inside) => inside.includes('MARK')).length).toBeGreaterThan(250);
  });
}

/** The page's nodes outside its slots, and each slot's state and HTML. */
function look(page: Page) {
  return page.evaluate(() => {
    const inside: string[] = [];
    const states: (string | null)[] = [];
    const outline = (node: Node, depth: number): string[] => {
      const line = ' '.repeat(depth);
      if (!(node instanceof Element)) return [`${line}${node.nodeName} ${node.nodeValue?.trim()}`];
      const attributes = [...node.attributes].filter(({ name }) => name !== 'state');
      const tag = [node.tagName, ...attributes.map(({ name, value }) => `${name}=${value}`)];
      const lines = [line + tag.join(' ')];
      if (node.tagName !== 'FRAGMENT-SLOT') {
        return [...lines, ...[...node.childNodes].flatMap((child) => outline(child, depth + 1))];
      }
      states.push(node.getAttribute('state'));
      inside.push((node.shadowRoot ?? node).innerHTML);
      return lines;
    };
    // Not document.body: a fragment may have a form of that name.
    return { outside: outline(document.documentElement, 0), inside, states };
  });
}

/** What the browser makes of each fragment when it is parsed on its own. */
function parsedAlone(page: Page, fragments: readonly string[]) {
  return page.evaluate(
    (sources) =>
      sources.map((source) => {
        const div = document.implementation.createHTMLDocument().createElement('div');
        div.innerHTML = source;
        return div.innerHTML;
      }),
    fragments,
  );
}

test('inline scripts of a late fragment stay dead, its data and files do not', async ({ page }) => {
  const note = (name: string) => `document.documentElement.dataset.${name} = 'ran'`;
  const late = [
    `<script>${note('classic')}</script>`,
    `<script type="module">${note('module')}</script>`,
    `<svg><script>${note('svg')}</script></svg>`,
    `<div><template shadowrootmode="open"><script>${note('open')}</script></template></div>`,
    `<div><template shadowrootmode="closed"><script>${note('closed')}</script></template></div>`,
    '<script type="application/json" data-tessera-props>{"a":1}</script>',
    '<script src="/_fragments/a/assets/file.js"></script><p>placed</p>',
  ].join('');
  await using service = await startServer((request, response) => {
    if (request.url === '/assets/file.js')
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(note('file'));
    else html(late)(request, response);
  });
  await using composer = await startComposer({
    fragments: { a: { url: service.url, manifest: { version: '1', content: 'any' } } },
    template:
      '<!doctype html><html><head></head><body><fragment-slot name="a" deferred timeout-ms="10000"></fragment-slot></body></html>',
  });
  await page.goto(composer.url);
  await expect(page.getByText('placed')).toBeVisible();
  const root = page.locator('html');
  await expect(root).toHaveAttribute('data-file', 'ran');
  expect(await root.evaluate((element) => Object.keys((element as HTMLElement).dataset))).toEqual([
    'file',
  ]);
  expect(await page.locator('script[data-tessera-props]').textContent()).toBe('{"a":1}');
  expect(await page.locator('fragment-slot > script[type="text/plain"]').count()).toBe(2);
});

const SHOP_CONTENT = {
  header: ['header/bar'],
  product: ['product/mug-1', 'product-list/list'],
  reviews: ['reviews/mug-1'],
  cart: ['cart/page', 'cart-badge/badge', 'cart-add/mug-1'],
  delivery: ['delivery/promise'],
} as const;

test('the HTML of the shop’s fragments reaches the page as their teams wrote it', async ({
  shop,
}) => {
  // The delivery's countdown goes on between two requests.
  const timeless = (html: string) => html.replaceAll(/\d+/g, '0');
  for (const [service, paths] of Object.entries(SHOP_CONTENT)) {
    for (const path of paths) {
      const { url } = shop.services[service as keyof typeof SHOP_CONTENT];
      const headers = { 'tessera-base': `/_fragments/${path.split('/', 1)[0]}/` };
      const written = await (await fetch(new URL(path, url), { headers })).text();
      const body = /<body>([\s\S]*)<\/body>/.exec(written)?.[1] ?? written;
      const composed = await (await fetch(`${shop.url}_fragments/${path}`)).text();
      expect(timeless(composed)).toBe(timeless(body));
    }
  }
});
