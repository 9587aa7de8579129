import { startFragment } from '@tessera/fragment/testing';
import { expect, test } from 'vitest';
import { productFragments } from './fragment.ts';
import { openCatalogue } from './src/catalogue.ts';

async function startProductTeam() {
  const catalogue = openCatalogue(':memory:');
  const [product, list] = productFragments(catalogue);
  if (!product || !list) throw new Error('The team has two fragments.');
  const services = [await startFragment(product), await startFragment(list)] as const;
  return {
    product: services[0],
    list: services[1],
    async [Symbol.asyncDispose]() {
      await Promise.all(services.map((service) => service.close()));
      catalogue[Symbol.dispose]();
    },
  };
}

test('a product is HTML with what its page needs in the head, and the props for the browser', async () => {
  await using team = await startProductTeam();
  const response = await team.product.fetch('mug-1');
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(html).toContain('<title>Harbour Mug · Quill &#38; Kettle</title>');
  expect(html).toContain('<link rel="canonical" href="/products/mug-1">');
  expect(html).toContain('<meta property="og:title" content="Harbour Mug">');
  expect(html).toMatch(/<h1>Harbour Mug<\/h1>.*€18\.00/s);
  const jsonLd = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(html)?.[1] ?? '';
  expect(JSON.parse(jsonLd)).toMatchObject({ '@type': 'Product', offers: { price: '18.00' } });
  expect(html).toMatch(/<script type="application\/json" data-tessera-props>.*"sku":"mug-1"/);
});

test('pictures come from below the base that the composer names, and may be kept for ever', async () => {
  await using team = await startProductTeam();
  const html = await (await team.product.fetch('mug-1')).text();
  const picture = /src="\/_fragments\/product\/(assets\/pictures\/[^"]+)"/.exec(html)?.[1] ?? '';
  const response = await team.product.fetch(picture);
  expect(response.headers.get('content-type')).toContain('image/svg+xml');
  expect(response.headers.get('cache-control')).toContain('immutable');
  expect((await team.product.fetch('assets/pictures/none.svg')).status).toBe(404);
});

test('an unknown sku is a 404 that says so', async () => {
  await using team = await startProductTeam();
  const response = await team.product.fetch('no-such-thing');
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('We do not have that');
});

test('the price is JSON', async () => {
  await using team = await startProductTeam();
  const price = await team.product.fetch('api/mug-1/price');
  expect(await price.json()).toEqual({
    sku: 'mug-1',
    name: 'Harbour Mug',
    priceCents: 1800,
    currency: 'EUR',
  });
  expect((await team.product.fetch('api/no-such-thing/price')).status).toBe(404);
});

test('the list says what was searched for and how much was found', async () => {
  await using team = await startProductTeam();
  const html = await (await team.list.fetch('list?q=mug')).text();
  expect(html).toContain('<h1>Results for “mug”</h1>');
  expect(html).toContain('5 products.');
  expect(html.match(/href="\/products\//g)).toHaveLength(5);
});

test('a search without results gives ideas, and its words stay text', async () => {
  await using team = await startProductTeam();
  const query = '<img src=x onerror=alert(1)>"';
  const html = await (await team.list.fetch(`list?q=${encodeURIComponent(query)}`)).text();
  expect(html).not.toContain('<img src=x');
  expect(html).toContain('&#60;img src=x onerror=alert(1)&#62;');
  expect(html).toContain('href="/?q=notebook"');
});

test('without a search every product is a link on its shelf', async () => {
  await using team = await startProductTeam();
  const html = await (await team.list.fetch('list')).text();
  expect((html.match(/href="\/products\//g) ?? []).length).toBeGreaterThanOrEqual(24);
  for (const shelf of ['coffee', 'table', 'home', 'desk']) expect(html).toContain(`id="${shelf}"`);
});
