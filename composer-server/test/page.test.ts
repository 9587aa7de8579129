import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const PRIMARY =
  '<body><fragment-slot name="main" primary timeout-ms="2000"></fragment-slot></body>';
const errorPages = {
  templates: { 'none.html': '<h1>{status} none</h1>', 'any.html': '<h1>{status} {requestId}</h1>' },
  errorPage: { 404: 'none.html', default: 'any.html' },
};

test('params come from the route and the slot, typed and encoded', async () => {
  await using a = await startServer((request, response) =>
    html(`<i>${request.url?.replaceAll('&', '+')}</i>`)(request, response),
  );
  const manifest = {
    content: 'list/:sku?page=:page&sort=asc',
    params: { sku: { type: 'string' }, page: { type: 'integer', default: 1 } },
  };
  await using shop = await startComposer({
    fragments: { a: inline(a.url, manifest) },
    pages: { '/p/:sku': 'page.html' },
    template: '<fragment-slot name="a" param-page="{query.page}"></fragment-slot>',
  });
  expect(await text(`${shop.url}p/a%20b?page=7`)).toContain('<i>/list/a%20b?page=7+sort=asc</i>');
  expect(await text(`${shop.url}p/mug`)).toContain('<i>/list/mug?page=1+sort=asc</i>');
  expect(await text(`${shop.url}p/mug?page=x`)).toContain('state="error"');
  expect(a.requests).toHaveLength(2);
});

test('only what the manifest names goes up', async () => {
  await using a = await startServer(html('x'));
  const manifest = {
    forward: { headers: ['accept-language'], cookies: ['session'], query: ['q'] },
  };
  await using shop = await startComposer({
    fragments: { a: inline(a.url, manifest) },
    template: '<fragment-slot name="a"></fragment-slot>',
  });
  await text(`${shop.url}?q=mug&secret=1&tessera=x`, {
    headers: {
      'accept-language': 'de',
      cookie: 'session=1; other=2',
      authorization: 'Basic x',
      'x-api': '1',
    },
  });
  const { url, headers = {} } = a.requests[0] as IncomingMessage;
  expect(url).toBe('/any?q=mug');
  expect(headers).toMatchObject({
    accept: 'text/html',
    'accept-encoding': 'gzip, br',
    'accept-language': 'de',
    cookie: 'session=1',
    'tessera-base': '/_fragments/a/',
  });
  expect(headers['user-agent']).toMatch(/^tessera\//);
  expect(headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  expect(Number(headers['tessera-deadline-ms'])).toBeLessThanOrEqual(1000);
  expect(headers).not.toHaveProperty('authorization');
  expect(headers).not.toHaveProperty('x-api');
});

test('a primary sets status, head, named headers and named cookies', async () => {
  const document =
    '<!doctype html><html><head><title>Mug & co</title><meta name="description" content="new"><script>1</script></head><body><h1>Mug</h1></body></html>';
  await using main = await startServer((_, response) => {
    response
      .writeHead(410, {
        'content-type': 'text/html',
        'content-language': 'de',
        'x-powered-by': 'x',
        'set-cookie': ['session=1; Domain=evil.example', 'other=2'],
      })
      .end(document);
  });
  await using shop = await startComposer({
    fragments: { main: inline(main.url, { setCookies: ['session'] }) },
    template: `<html><head><title>Shop</title><meta name="description" content="old"></head>${PRIMARY}</html>`,
  });
  const response = await fetch(shop.url);
  expect(response.status).toBe(410);
  expect(response.headers.get('content-language')).toBe('de');
  expect(response.headers.get('x-powered-by')).toBeNull();
  expect(response.headers.getSetCookie()).toEqual(['session=1; Path=/; SameSite=Lax']);
  expect(await response.text()).toBe(
    '<html><head><title>Mug &amp; co</title><meta name="description" content="new"><style>fragment-slot{display:contents}</style></head><body><fragment-slot name="main" primary timeout-ms="2000" slot-id="main" state="ready"><h1>Mug</h1></fragment-slot></body></html>',
  );
});

test.each([
  ['/cart?x=1', '/cart?x=1'],
  ['done', '/_fragments/main/done'],
  ['https://pay.example/x', 'https://pay.example/x'],
])('a primary redirects to %s', async (location, expected) => {
  await using main = await startServer((_, response) =>
    response.writeHead(303, { location }).end(),
  );
  await using shop = await startComposer({
    fragments: { main: inline(main.url) },
    redirects: ['https://pay.example'],
    template: PRIMARY,
  });
  const response = await fetch(shop.url, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([303, expected]);
});

test.each([
  '//evil.example/',
  'https://evil.example/',
  'javascript:alert(1)',
  '/\\evil.example',
  '../../x',
  '',
])('a primary that redirects to "%s" fails the page', async (location) => {
  await using main = await startServer((_, response) =>
    response.writeHead(302, { location }).end(),
  );
  await using shop = await startComposer({
    fragments: { main: inline(`${main.url}main/`) },
    template: PRIMARY,
  });
  const response = await fetch(shop.url, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([502, null]);
});

test('a page without its primary is an error page with the status of the cause', async () => {
  await using hanging = await startServer(() => {});
  await using failing = await startServer((_, response) => response.writeHead(500).end('secret'));
  await using missing = await startServer((_, response) => response.writeHead(404).end());
  const status = async (url: string) => {
    await using shop = await startComposer({
      ...errorPages,
      fragments: { main: inline(url) },
      template: PRIMARY,
    });
    const response = await fetch(shop.url, { headers: { 'x-request-id': 'abcdefgh' } });
    return [response.status, await response.text(), response.headers.get('cache-control')];
  };
  expect(await status(hanging.url)).toEqual([504, '<h1>504 abcdefgh</h1>', 'no-store']);
  expect(await status(failing.url)).toEqual([502, '<h1>502 abcdefgh</h1>', 'no-store']);
  expect(await status(missing.url)).toEqual([404, '<h1>404 none</h1>', 'no-store']);
  expect(await status('http://127.0.0.1:1/')).toEqual([502, '<h1>502 abcdefgh</h1>', 'no-store']);
});

test('a page without a required fragment fails as well, but does not take its status', async () => {
  await using header = await startServer((request, response) =>
    request.url === '/any'
      ? response.writeHead(404, { 'content-type': 'text/html' }).end('x')
      : response.end(),
  );
  await using shop = await startComposer({
    fragments: { header: inline(header.url) },
    template: '<fragment-slot name="header" required></fragment-slot>',
  });
  expect((await fetch(shop.url)).status).toBe(502);
});

test('a param that the primary does not take is a 404 without a request', async () => {
  await using main = await startServer(html('x'));
  const manifest = { content: ':sku', params: { sku: { type: 'string', pattern: '[a-z]+' } } };
  await using shop = await startComposer({
    fragments: { main: inline(main.url, manifest) },
    pages: { '/:sku': 'page.html' },
    template: PRIMARY,
  });
  expect((await fetch(`${shop.url}A1`)).status).toBe(404);
  expect((await fetch(`${shop.url}mug`)).status).toBe(200);
  expect(main.requests).toHaveLength(1);
});

test('what is no HTML answer of 2xx leaves a slot to its own markup', async () => {
  const answers: [number, Record<string, string>, string][] = [
    [200, { 'content-type': 'application/json' }, '{}'],
    [200, {}, '<b>x</b>'],
    [404, { 'content-type': 'text/html' }, '<b>x</b>'],
    [302, { location: '/x', 'content-type': 'text/html' }, '<b>x</b>'],
    [206, { 'content-type': 'text/html' }, '<b>x</b>'],
    [500, { 'content-type': 'text/html' }, '<b>x</b>'],
    [200, { 'content-type': 'text/html', 'content-encoding': 'zstd' }, '<b>x</b>'],
    [200, { 'content-type': 'text/html' }, 'x'.repeat(2 * 1024 * 1024 + 1)],
  ];
  for (const [status, headers, body] of answers) {
    await using a = await startServer((_, response) =>
      response.writeHead(status, headers).end(body),
    );
    await using shop = await startComposer({
      fragments: { a: inline(a.url) },
      template: '<fragment-slot name="a" timeout-ms="5000">own</fragment-slot>',
    });
    const response = await fetch(shop.url);
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('state="error">own<'),
    ]);
  }
});

test('204 leaves the slot empty', async () => {
  await using a = await startServer((_, response) => response.writeHead(204).end());
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<fragment-slot name="a">own</fragment-slot>',
  });
  expect(await text(shop.url)).toContain('state="ready"></fragment-slot>');
});

test('nothing that a fragment sends reaches over its slot', async () => {
  await using a = await startServer(
    html(
      '<div><b>open</div></section></body></html><base href="//evil"><fragment-slot name="a">x</fragment-slot><!-- never closed',
    ),
  );
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<section><fragment-slot name="a"></fragment-slot></section><p>after</p>',
  });
  expect(await text(shop.url)).toContain(
    'state="ready"><div><b>open</b></div><b>x<!-- never closed--></b></fragment-slot></section><p>after</p>',
  );
});

test('the manifest fallback stands in for a fragment that fails', async () => {
  await using a = await startServer((request, response) => {
    if (request.url === '/resting') html('<p>resting</p>')(request, response);
    else response.writeHead(500).end();
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { fallback: 'resting' }) },
    template: '<fragment-slot name="a">own</fragment-slot>',
  });
  const response = await fetch(shop.url);
  expect(await response.text()).toContain('state="fallback"><p>resting</p></fragment-slot>');
});

test('HEAD asks for primary and required slots only', async () => {
  await using main = await startServer(html('x'));
  await using other = await startServer(html('x'));
  await using shop = await startComposer({
    fragments: { main: inline(main.url), other: inline(other.url) },
    template: `<fragment-slot name="other"></fragment-slot>${PRIMARY}`,
  });
  const response = await fetch(shop.url, { method: 'HEAD' });
  expect([response.status, await response.text()]).toEqual([200, '']);
  expect([main.requests.length, other.requests.length]).toEqual([1, 0]);
});

test('other paths are 404, other methods 405, unsafe targets 400', async () => {
  await using shop = await startComposer({ ...errorPages, template: 'plain' });
  const status = async (path: string, init?: RequestInit) =>
    (await fetch(new URL(path, shop.url), init)).status;
  expect(await status('nowhere')).toBe(404);
  expect(await status('', { method: 'POST' })).toBe(405);
  expect(await status('a%2fb')).toBe(400);
  expect(await status('a%5cb')).toBe(400);
  expect(await status('?x=%0d%0a')).toBe(400);
  for (const path of ['_tessera/health', '_tessera/ready']) {
    expect(await status(path)).toBe(200);
    expect(await status(path, { method: 'HEAD' })).toBe(200);
    const posted = await fetch(shop.url + path, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  }
});

test('a layout takes the elements of its pages', async () => {
  await using shop = await startComposer({
    templates: {
      'layout.html':
        '<html><head><slot name="head"><title>Shop</title></slot></head><body><slot name="top">menu</slot><main><slot></slot></main></body></html>',
      'home.html': '<h1>Home</h1>\n<p>text</p>',
      'other.html': '<title slot="head">Other</title><nav slot="top">own</nav><h1>Other</h1>',
    },
    pages: {
      '/': { template: 'home.html', layout: 'layout.html' },
      '/o': { template: 'other.html', layout: 'layout.html' },
    },
  });
  expect(await text(shop.url)).toBe(
    '<html><head><title>Shop</title></head><body>menu<main><h1>Home</h1>\n<p>text</p></main></body></html>',
  );
  expect(await text(`${shop.url}o`)).toBe(
    '<html><head><title slot="head">Other</title></head><body><nav slot="top">own</nav><main><h1>Other</h1></main></body></html>',
  );
});

test.each([
  ['a document of its own', '<!doctype html><html><body><p>x</p></body></html>', 'page.html:1:1:'],
  ['a body of its own', '<!-- x -->\n<body><p>x</p></body>', 'page.html:1:1:'],
  ['an element that stays open', '<p>x</p>\n<div>', 'page.html:2:1:'],
  ['an element that its layout would close', '<p>x</p>\n <section>', 'page.html:2:2'],
  ['an end tag of what it did not open', '<p>x</p>\n  </main>', 'page.html:2:3:'],
  ['a comment that stays open', '<p>x</p><!-- ', 'page.html:1:'],
])('a page for a layout that has %s is refused at its place', async (_, page, place) => {
  const start = startComposer({
    templates: {
      'layout.html': '<body><main><section><slot></slot></section></main></body>',
      'page.html': page,
    },
    pages: { '/': { template: 'page.html', layout: 'layout.html' } },
  });
  await expect(start).rejects.toMatchObject({
    code: 'TEMPLATE_AMBIGUOUS',
    message: expect.stringContaining(place),
  });
});

test.each([
  ['<title><slot name="a">Shop</slot></title>', 'LAYOUT_SLOT_MISPLACED', '2:8'],
  ['<textarea><slot></slot></textarea>', 'LAYOUT_SLOT_MISPLACED', '2:11'],
  ['<script>const a = <slot></slot>;</script>', 'LAYOUT_SLOT_MISPLACED', '2:19'],
  ['<style><slot></slot></style>', 'LAYOUT_SLOT_MISPLACED', '2:8'],
  ['<select><slot></slot></select>', 'LAYOUT_SLOT_MISPLACED', '2:9'],
  ['<table><slot></slot></table>', 'LAYOUT_SLOT_MISPLACED', '2:8'],
  ['<table><tr><slot></slot></tr></table>', 'LAYOUT_SLOT_MISPLACED', '2:12'],
  ['<main><slot></main>', 'LAYOUT_SLOT_NOT_CLOSED', '2:7'],
  ['<slot name="top"><main><slot></slot></main>', 'LAYOUT_SLOT_NOT_CLOSED', '2:1'],
  ['<main><slot/></main>', 'LAYOUT_SLOT_NOT_CLOSED', '2:7'],
  ['<main><slot><div></slot></main>', 'LAYOUT_SLOT_NOT_CLOSED', '2:7'],
])('a layout with %s is refused at the layout’s place', async (layout, code, place) => {
  const start = startComposer({
    templates: { 'layout.html': `<body>\n${layout}</body>`, 'page.html': '<p>x</p>' },
    pages: { '/': { template: 'page.html', layout: 'layout.html' } },
  });
  await expect(start).rejects.toMatchObject({
    code,
    message: expect.stringContaining(`layout.html:${place}:`),
  });
});

test('a layout’s slot may stand in a cell, in the head and beside slots of shadow roots', async () => {
  await using shop = await startComposer({
    templates: {
      'layout.html':
        '<head><slot name="head"></slot></head><body><x-card><template shadowrootmode="open"><slot></slot></template></x-card><table><tr><td><slot></slot></td></tr></table></body>',
      'page.html': '<p>x</p>',
    },
    pages: { '/': { template: 'page.html', layout: 'layout.html' } },
  });
  expect(await text(shop.url)).toBe(
    '<head></head><body><x-card><template shadowrootmode="open"><slot></slot></template></x-card><table><tr><td><p>x</p></td></tr></table></body>',
  );
});

test('a template that is no UTF-8 is refused; a byte order mark goes', async () => {
  const page = (bytes: Buffer) =>
    startComposer({ templates: { 'page.html': bytes }, pages: { '/': 'page.html' } });
  await expect(page(Buffer.from('<p>gr\u00fcn', 'latin1'))).rejects.toMatchObject({
    code: 'TEMPLATE_UNREADABLE',
    message: expect.stringContaining('page.html'),
  });
  await using shop = await page(Buffer.from('\uFEFF<p>grün'));
  expect(await text(shop.url)).toBe('<p>grün');
});
