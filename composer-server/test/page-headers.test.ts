import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const PRIMARY =
  '<html><head></head><body><fragment-slot name="a" primary></fragment-slot></body></html>';

test('a settled page has an entity tag, and whoever has it already gets 304', async () => {
  await using a = await startServer(html('<b>a</b>', { vary: 'accept-language, x-other' }));
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { forward: { headers: ['accept-language'] } }) },
    template: PRIMARY,
  });
  const first = await fetch(shop.url);
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^W\/"[\w-]+"$/);
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  expect(first.headers.get('vary')).toBe('accept-encoding, accept-language');
  expect(first.headers.get('content-length')).toBe(String((await first.text()).length));
  for (const known of [etag, etag.slice(2), `"x", ${etag}`, '*']) {
    const again = await fetch(shop.url, { headers: { 'if-none-match': known } });
    expect(again.status).toBe(304);
    expect(again.headers.get('etag')).toBe(etag);
    expect(again.headers.get('vary')).toBe('accept-encoding, accept-language');
    expect(again.headers.has('content-type')).toBe(false);
    expect(await again.text()).toBe('');
  }
  expect((await fetch(shop.url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
});

test('the tag changes with what any fragment says', async () => {
  let n = 0;
  await using a = await startServer((request, response) => html(`<b>${n}</b>`)(request, response));
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template: PRIMARY });
  const etag = async () => (await fetch(shop.url)).headers.get('etag');
  const before = await etag();
  expect(await etag()).toBe(before);
  n++;
  expect(await etag()).not.toBe(before);
});

test('HEAD of a settled page says what GET would', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template: PRIMARY });
  const head = await fetch(shop.url, { method: 'HEAD' });
  const get = await fetch(shop.url);
  for (const name of ['etag', 'content-length', 'content-type', 'cache-control'])
    expect(head.headers.get(name)).toBe(get.headers.get(name));
  expect(await head.text()).toBe('');
});

test('a page with a fallback is not stored and has no tag; an unsettled one is private', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using gone = await startServer((_, response) => response.writeHead(500).end());
  await using slow = await startServer((request, response) => {
    setTimeout(() => html('late')(request, response), 50);
  });
  const other = (attributes = '') =>
    `${PRIMARY.slice(0, -14)}<fragment-slot name="other" ${attributes}></fragment-slot></body></html>`;
  await using failing = await startComposer({
    fragments: { a: inline(a.url), other: inline(gone.url) },
    template: other('required'),
  });
  await using streaming = await startComposer({
    fragments: { a: inline(a.url), other: inline(slow.url) },
    template: other(),
  });
  await using settled = await startComposer({
    fragments: { a: inline(slow.url), other: inline(gone.url) },
    template: other(),
  });
  expect((await fetch(failing.url)).headers.get('cache-control')).toBe('no-store');
  const page = await fetch(settled.url);
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.has('etag')).toBe(false);
  const streamed = await fetch(streaming.url);
  expect(streamed.headers.get('cache-control')).toBe('private, no-cache');
  expect(streamed.headers.has('etag')).toBe(false);
});

test('a page that sets a cookie or has another status than 200 is not validated', async () => {
  await using cookie = await startServer(html('<b>a</b>', { 'set-cookie': 'sid=1' }));
  await using missing = await startServer((_, response) => {
    response.writeHead(404, { 'content-type': 'text/html' }).end('none');
  });
  for (const service of [cookie, missing]) {
    await using shop = await startComposer({
      fragments: { a: inline(service.url, { setCookies: ['sid'] }) },
      template: PRIMARY,
    });
    const response = await fetch(shop.url, { headers: { 'if-none-match': '*' } });
    expect(response.headers.has('etag')).toBe(false);
    expect(response.status).toBe(service === missing ? 404 : 200);
  }
});

test("stylesheets that an answer links to: a primary's in the head, others' before their slot", async () => {
  await using a = await startServer(
    html('<b>a</b>', {
      link: '<one,two.css>; rel=stylesheet; title="x, y", </_fragments/a/m.js>; rel=modulepreload',
    }),
  );
  await using b = await startServer((request, response) => {
    const document =
      '<!doctype html><head><title>b</title><link rel="stylesheet" href="/b2.css"></head>';
    setTimeout(() => {
      html(`${document}<body><i>b</i></body>`, { link: '<b.css>; rel="stylesheet"' })(
        request,
        response,
      );
    }, 30);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url), b: inline(b.url) },
    template:
      '<html><head><title>T</title></head><body><fragment-slot name="a" primary></fragment-slot>' +
      '<fragment-slot name="b"></fragment-slot><fragment-slot name="b" slot-id="late" deferred></fragment-slot></body></html>',
  });
  const response = await fetch(shop.url);
  expect(response.headers.get('link')).toBe(
    '</_fragments/a/one,two.css>; rel="stylesheet"; title="x, y", </_fragments/a/m.js>; rel="modulepreload"',
  );
  const page = await response.text();
  const [head = '', body = ''] = page.split('</head>');
  expect(head).toContain('<link rel="stylesheet" href="/_fragments/a/one,two.css">');
  expect(head).toContain('<link rel="modulepreload" href="/_fragments/a/m.js">');
  expect(head).toContain('<title>T</title>');
  const before =
    '<link rel="stylesheet" href="/_fragments/b/b.css"><link rel="stylesheet" href="/b2.css">';
  expect(body).toContain(`${before}<fragment-slot name="b" slot-id="b" state="ready"><i>b</i>`);
  expect(page.split('/b2.css')).toHaveLength(2);
});

test('answers to ?tessera= are never stored', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template: PRIMARY });
  const whole = await fetch(`${shop.url}?tessera=whole`);
  expect(whole.headers.get('cache-control')).toBe('no-store');
  expect(whole.headers.has('etag')).toBe(false);
  expect(await text(`${shop.url}?tessera=whole`)).toContain('<b>a</b>');
});
