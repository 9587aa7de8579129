import { parseManifest } from '@tessera/contract';
import { expect, test } from 'vitest';
import { defineFragment, escapeHtml, notFound } from '../src/index.ts';
import { startFragment } from '../src/testing.ts';

const mug = defineFragment({
  name: 'mug',
  version: '1.4.0',
  team: 'crockery',
  content: 'mugs/:sku?page=:page',
  params: {
    sku: { type: 'string', pattern: '[a-z0-9-]+' },
    page: { type: 'integer', default: 1 },
  },
  forward: { headers: ['accept-language'] },
  cache: {
    maxAgeMs: 30_900,
    staleWhileRevalidateMs: 600_000,
    staleIfErrorMs: 3_600_000,
    groups: ({ params }) => [`product-${params.sku}`, 'a "b"'],
  },
  fallback: () => '<p>No mug today.</p>',
  render: ({ params, base, standalone }) => {
    if (params.sku === 'gone') throw notFound('This mug <is> gone.');
    if (params.sku === 'empty') return undefined;
    if (params.sku === 'moved')
      return { html: '', status: 302, headers: { location: '/mugs/new' } };
    return `<p>${params.sku} ${typeof params.page} ${params.page} ${base} ${standalone}</p>`;
  },
});

test('the manifest says what the definition says, and the composer’s parser takes it', async () => {
  await using service = await startFragment(mug);
  const response = await service.fetch('fragment.json');
  expect(response.headers.get('tessera-version')).toBe('1.4.0');
  const result = parseManifest(await response.json(), 'mug');
  expect(result).toMatchObject({
    ok: true,
    manifest: { version: '1.4.0', team: 'crockery', fallback: 'fallback', remote: undefined },
  });
});

test('a composer gets the bare fragment with typed params and its own base', async () => {
  await using service = await startFragment(mug);
  const response = await service.fetch('mugs/blue-1?page=2&other=x');
  expect(await response.text()).toBe('<p>blue-1 number 2 /_fragments/mug/ false</p>');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'max-age=30, stale-while-revalidate=600, stale-if-error=3600',
    'cache-groups': '"product-blue-1", "a \\"b\\""',
    'tessera-version': '1.4.0',
    vary: 'tessera-base, accept-language',
  });
});

test('a person gets a whole page from the same address', async () => {
  await using service = await startFragment(mug);
  const response = await fetch(`${service.url}mugs/blue-1`);
  const html = await response.text();
  expect(html).toMatch(/^<!doctype html><html lang="en"><head>.*<title>mug 1\.4\.0<\/title>/);
  expect(html).toContain('<p>blue-1 number 1 /mug/ true</p>');
  expect(response.headers.get('vary')).toContain('tessera-base');
});

test('what has not changed is a 304, bare and standalone apart', async () => {
  await using service = await startFragment(mug);
  const first = await service.fetch('mugs/blue-1');
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]{27}"$/);
  const headers = { 'if-none-match': etag };
  const again = await service.fetch('mugs/blue-1', { headers });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect(again.headers.get('cache-control')).toBe(first.headers.get('cache-control'));
  expect(again.headers.get('cache-groups')).toBe(first.headers.get('cache-groups'));
  expect((await fetch(`${service.url}mugs/blue-1`, { headers })).status).toBe(200);
});

test('HEAD has the headers of GET and no body', async () => {
  await using service = await startFragment(mug);
  const get = await service.fetch('mugs/blue-1');
  const head = await service.fetch('mugs/blue-1', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  for (const name of ['etag', 'content-length', 'content-type', 'cache-control']) {
    expect(head.headers.get(name)).toBe(get.headers.get(name));
  }
});

test('what render calls not found is a 404 with its message as HTML, never stored', async () => {
  await using service = await startFragment(mug);
  const response = await service.fetch('mugs/gone');
  expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-store']);
  expect(await response.text()).toContain('<p>This mug &#60;is&#62; gone.</p>');
});

test('params that break their rules are a 404 that names them', async () => {
  await using service = await startFragment(mug);
  const badSku = await service.fetch('mugs/BLUE');
  expect([badSku.status, await badSku.text()]).toEqual([404, expect.stringContaining('sku')]);
  const badPage = await service.fetch('mugs/blue?page=two');
  expect([badPage.status, await badPage.text()]).toEqual([404, expect.stringContaining('page')]);
});

test('an empty slot is a 204, a redirect keeps its location and is not stored', async () => {
  await using service = await startFragment(mug);
  const empty = await service.fetch('mugs/empty');
  expect([empty.status, empty.headers.get('cache-control')]).toEqual([
    204,
    expect.stringContaining('max-age=30'),
  ]);
  const moved = await service.fetch('mugs/moved');
  expect([moved.status, moved.headers.get('location')]).toEqual([302, '/mugs/new']);
  expect(moved.headers.get('cache-control')).toBe('no-store');
});

test('the fallback and a helpful 404 for everything else', async () => {
  await using service = await startFragment(mug);
  expect(await (await service.fetch('fallback')).text()).toBe('<p>No mug today.</p>');
  const response = await service.fetch('mug/blue');
  expect([response.status, await response.text()]).toEqual([
    404,
    expect.stringContaining('<code>mugs/:sku?page=:page</code>'),
  ]);
});

test('head and props make a whole document whose body ends with the escaped props', async () => {
  const product = defineFragment({
    name: 'product',
    version: '1',
    content: ':sku',
    render: ({ params }) => ({
      html: `<h1>${escapeHtml(params.sku)}</h1>`,
      head: {
        title: 'Cups & saucers',
        meta: [{ name: 'description', content: '"Fine"' }],
        links: [{ rel: 'canonical', href: '/x' }],
        jsonLd: { name: '</script>' },
      },
      props: { text: '</script>&\u2028' },
    }),
  });
  await using service = await startFragment(product);
  const response = await service.fetch('a');
  expect(response.headers.get('cache-control')).toBe('private, no-cache');
  expect(await response.text()).toBe(
    '<!doctype html><html><head><meta charset="utf-8"><title>Cups &#38; saucers</title>' +
      '<meta name="description" content="&#34;Fine&#34;"><link rel="canonical" href="/x">' +
      '<script type="application/ld+json">{"name":"\\u003c/script\\u003e"}</script></head>' +
      '<body><h1>a</h1><script type="application/json" data-tessera-props>' +
      '{"text":"\\u003c/script\\u003e\\u0026\\u2028"}</script></body></html>',
  );
});

test('a render that fails is a short 500, and its error is reported', async () => {
  const errors: unknown[] = [];
  const broken = defineFragment({
    name: 'broken',
    version: '1',
    content: '',
    render: () => Promise.reject(new Error('The database password is 123.')),
  });
  await using service = await startFragment(broken, { onError: (error) => errors.push(error) });
  const response = await service.fetch('');
  expect([response.status, await response.text()]).toEqual([
    500,
    'This fragment could not be rendered.',
  ]);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(errors).toEqual([new Error('The database password is 123.')]);
});

test('a cache group that cannot be a header fails with its reason', async () => {
  const errors: unknown[] = [];
  const tea = defineFragment({
    name: 'tea',
    version: '1',
    content: '',
    cache: { maxAgeMs: 1000, groups: () => ['thé'] },
    render: () => 'tea',
  });
  await using service = await startFragment(tea, { onError: (error) => errors.push(error) });
  expect((await service.fetch('')).status).toBe(500);
  expect(errors).toEqual([expect.objectContaining({ code: 'CACHE_GROUP_INVALID' })]);
});

test('a base that is no path is refused before it can reach the HTML', async () => {
  await using service = await startFragment(mug);
  const headers = { 'tessera-base': '/"><script>' };
  expect((await fetch(`${service.url}mugs/blue-1`, { headers })).status).toBe(400);
});
