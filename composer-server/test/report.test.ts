import type { PageReport } from '@tessera/contract';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const token = 'a-token-of-this-test';
const bearer = { headers: { authorization: `Bearer ${token}` } };
const template =
  '<html><head></head><body><fragment-slot name="a"></fragment-slot>' +
  '<fragment-slot name="b" deferred timeout-ms="300">…</fragment-slot>' +
  '<fragment-slot name="a" slot-id="again"></fragment-slot></body></html>';

async function startShop(config = {}) {
  const a = await startServer(html('<b>a</b>'));
  const b = await startServer((_, response) => response.writeHead(500).end('secret'));
  const shop = await startComposer({
    fragments: { a: inline(a.url, { version: '7', team: 'alpha' }), b: inline(b.url) },
    template,
    ...config,
  });
  return {
    url: shop.url,
    a,
    b,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a, b, shop].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

test('the report says what became of every slot', async () => {
  await using shop = await startShop({ admin: { token } });
  const response = await fetch(`${shop.url}?tessera=report`, bearer);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const report: PageReport = await response.json();
  expect(report).toMatchObject({
    page: '/',
    status: 200,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(report.slots).toMatchObject([
    { slot: 'a', fragment: 'a', team: 'alpha', version: '7', state: 'ready', bytes: 8 },
    { slot: 'b', state: 'error', cause: 'FRAGMENT_STATUS' },
    { slot: 'again', fragment: 'a', url: `${shop.a.url}any`, status: 200 },
  ]);
});

test('the report and the metrics tell which HTML had to be repaired', async () => {
  await using a = await startServer(html('<p><b>open</p><base href="/x">'));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<body><fragment-slot name="a"></fragment-slot></body>',
    development: true,
  });
  const report: PageReport = await (await fetch(`${shop.url}?tessera=report`)).json();
  expect(report.slots[0]?.repairs).toContain('forbidden:base');
  expect(await text(`${shop.url}_tessera/metrics`)).toContain(
    'tessera_slot_repairs_total{fragment="a",repair="forbidden:base"} 1',
  );
});

test('without the token the query gives the page itself', async () => {
  await using shop = await startShop({ admin: { token } });
  for (const authorization of ['', 'Bearer', `Bearer ${token}x`, token, `Basic ${token}`]) {
    const response = await fetch(`${shop.url}?tessera=report`, { headers: { authorization } });
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.has('server-timing')).toBe(false);
  }
});

test('metrics and registry need the token, and do not exist without one', async () => {
  await using closed = await startShop();
  await using shop = await startShop({ admin: { token } });
  await using open = await startShop({ development: true });
  for (const path of ['_tessera/metrics', '_tessera/registry']) {
    expect((await fetch(closed.url + path, bearer)).status).toBe(404);
    const refused = await fetch(shop.url + path);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await fetch(shop.url + path, bearer)).status).toBe(200);
    expect((await fetch(open.url + path)).status).toBe(200);
    expect((await fetch(open.url + path, { method: 'POST' })).status).toBe(405);
  }
});

test('metrics count pages, slots and failures by cause', async () => {
  await using shop = await startShop({ development: true });
  await text(shop.url);
  await text(`${shop.url}_fragments/a/any`);
  const metrics = await text(`${shop.url}_tessera/metrics`);
  expect(metrics).toContain('tessera_page_duration_seconds_count{page="/",status="200"} 1');
  expect(metrics).toContain('tessera_slot_duration_seconds_count{fragment="a",state="ready"} 2');
  expect(metrics).toContain('tessera_slot_failures_total{fragment="b",cause="FRAGMENT_STATUS"} 1');
  expect(metrics).toContain('tessera_slot_bytes_total{fragment="a"} 16');
  expect(metrics).toMatch(
    /tessera_passthrough_duration_seconds_count\{fragment="a",kind="content",status="200"\} 1/,
  );
  expect(metrics).toContain('tessera_fragment_known{fragment="b"} 1');
});

test('the registry lists what is known of every fragment', async () => {
  await using shop = await startShop({ development: true });
  const registry = await (await fetch(`${shop.url}_tessera/registry`)).json();
  expect(registry.fragments).toMatchObject([
    { name: 'a', base: shop.a.url, state: 'known', version: '7', team: 'alpha' },
    { name: 'b', version: '1' },
  ]);
});

test('server-timing tells operators how long each slot took', async () => {
  await using shop = await startShop({
    development: true,
    template: '<body><fragment-slot name="a" required></fragment-slot></body>',
  });
  const response = await fetch(shop.url);
  expect(response.headers.get('server-timing')).toMatch(
    /^head;dur=[\d.]+, a;dur=[\d.]+;desc="ready"$/,
  );
});

test('a bot gets the page in one piece, with nothing deferred', async () => {
  await using slow = await startServer((request, response) => {
    setTimeout(() => html('<b>slow</b>')(request, response), 60);
  });
  const config = {
    fragments: { slow: inline(slow.url) },
    template: '<body><fragment-slot name="slow" deferred>…</fragment-slot></body>',
  };
  await using shop = await startComposer(config);
  await using own = await startComposer({ ...config, bots: ['MyCrawler'] });
  const as = (agent: string) => ({ headers: { 'user-agent': agent } });
  const whole = 'state="ready"><b>slow</b></fragment-slot>';
  expect(await text(shop.url)).toContain('state="pending"');
  expect(await text(shop.url, as('Mozilla/5.0 (compatible; Googlebot/2.1)'))).toContain(whole);
  expect(await text(own.url, as('mycrawler/1'))).toContain(whole);
  expect(await text(own.url, as('Googlebot'))).toContain('state="pending"');
});
