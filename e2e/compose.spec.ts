import { readFile } from 'node:fs/promises';
import { expect, startOwnShop, test } from './shop.ts';

const templates = new URL('../shell/app/templates/', import.meta.url);

test('a product page has product, reviews and header as HTML in their places', async ({ shop }) => {
  const response = await fetch(`${shop.url}products/mug-1?tessera=whole`);
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(html).toMatch(
    /<fragment-slot name="header"[^>]* state="ready">[\s\S]*<form[^>]*role="search"/,
  );
  expect(html).toMatch(/<fragment-slot name="product" primary[^>]* state="ready">[\s\S]*<h1/);
  expect(html).toMatch(
    /<fragment-slot name="reviews"[^>]* state="ready">[\s\S]*<form[^>]*method="post"/,
  );
  expect(html).toMatch(/<title>[^<]*Mug[^<]*<\/title>/i);
});

test('what stands outside slots and insertions is the template, byte for byte', async ({
  shop,
}) => {
  const html = await (await fetch(`${shop.url}products/mug-1`)).text();
  const page = await readFile(new URL('product.html', templates), 'utf8');
  const layout = await readFile(new URL('layout.html', templates), 'utf8');
  for (const piece of [
    layout.slice(layout.indexOf('</head>'), layout.indexOf('<fragment-slot')),
    layout.slice(
      layout.indexOf('</fragment-slot>'),
      layout.indexOf('<fragment-slot name="cart-badge"'),
    ),
    layout.slice(layout.lastIndexOf('</fragment-slot>'), layout.indexOf('<slot></slot>')),
    page.slice(0, page.indexOf('<fragment-slot')),
    page.slice(
      page.indexOf('<section class="promises"'),
      page.indexOf('<fragment-slot name="reviews"'),
    ),
    layout.slice(layout.indexOf('</main>'), layout.indexOf('</body>')),
  ]) {
    expect(html).toContain(piece);
  }
});

test('search finds mugs, and an unknown product is a 404 page', async ({ shop }) => {
  const found = await (await fetch(`${shop.url}?q=mug`)).text();
  expect(found).toContain('/products/mug-1');
  expect(found).not.toContain('state="error"');
  const unknown = await fetch(`${shop.url}products/no-such-thing`);
  expect(unknown.status).toBe(404);
  expect(await unknown.text()).toContain('We do not have that');
  expect((await fetch(`${shop.url}nowhere`)).status).toBe(404);
});

test('a killed service costs its slot, or with the primary the page; restarted, the next page is whole', async () => {
  await using shop = await startOwnShop();
  const page = async (sku = 'mug-1') => {
    const response = await fetch(`${shop.url}products/${sku}`);
    return { status: response.status, html: await response.text() };
  };
  for (const name of ['reviews', 'header'] as const) {
    await shop.services[name].stop('SIGKILL');
    const { status, html } = await page();
    expect(status).toBe(200);
    // The header's answer is stored: nobody misses its service yet.
    const state = name === 'header' ? 'ready' : 'error';
    expect(html).toMatch(
      new RegExp(`(slot-id="${name}" state|data-slot="${name}" data-state)="${state}"`),
    );
    expect(html.trimEnd().endsWith('</html>')).toBe(true);
    await shop.services[name].start();
    expect((await page()).html).not.toContain('state="error"');
  }
  await shop.services.product.stop('SIGKILL');
  // Nobody has asked for this one yet: of others the stored answers stand in.
  const { status, html } = await page('tall-mug');
  expect(status).toBe(502);
  expect(html).toContain('We dropped something');
  await shop.services.product.start();
  expect(await page('tall-mug')).toMatchObject({ status: 200 });
});
