import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

async function startBusy(overload: { maxRequests?: number; maxDelayMs?: number } | false) {
  const gate = Promise.withResolvers<void>();
  const slow = await startServer(async (request, response) => {
    await gate.promise;
    html('<b>slow</b>')(request, response);
  });
  const quick = await startServer((request, response) =>
    html(`<i>${request.url?.split('=')[1] ?? ''}</i>`, {
      'cache-control': request.url?.includes('stored') ? 'max-age=600' : 'no-store',
    })(request, response),
  );
  const shop = await startComposer({
    fragments: {
      slow: inline(slow.url, { forward: { query: ['n'] } }),
      quick: inline(quick.url, { forward: { query: ['n'] } }),
    },
    templates: {
      'busy.html': '<fragment-slot name="slow" timeout-ms="15000"></fragment-slot>',
      'must.html': '<fragment-slot name="slow" required timeout-ms="15000"></fragment-slot>',
      'page.html':
        '<fragment-slot name="quick" slot-id="first" timeout-ms="9000">own</fragment-slot>',
      'required.html': '<fragment-slot name="quick" required timeout-ms="9000"></fragment-slot>',
    },
    pages: {
      '/': 'page.html',
      '/required': 'required.html',
      '/must': { template: 'must.html', deadlineMs: 20_000 },
      '/busy': { template: 'busy.html', deadlineMs: 20_000 },
    },
    overload,
    development: true,
  });
  /** So many visitors whose pages wait. */
  const occupy = async (count: number, path = 'busy') => {
    const before = slow.requests.length;
    for (let n = 0; n < count; n++) text(`${shop.url}${path}?n=${before + n}`).catch(() => {});
    await expect.poll(() => slow.requests.length, { timeout: 10_000 }).toBe(before + count);
  };
  return {
    ...shop,
    gate,
    occupy,
    /** Optional slots do not wait any more. */
    occupyLastPlaces: () => occupy(2, 'must'),
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]();
      await slow.close();
      await quick.close();
    },
  };
}

test('with too many requests under way optional slots go first, then pages; health is exempt', async () => {
  await using shop = await startBusy({ maxRequests: 8 });
  expect(await text(`${shop.url}?n=stored`)).toContain('<i>stored</i>');
  await shop.occupy(6);
  // What is stored costs nothing, and what the page cannot do without is asked for.
  expect(await text(`${shop.url}?n=1`)).toContain('state="error">own<');
  expect(await text(`${shop.url}?n=stored`)).toContain('state="ready"><i>stored</i>');
  expect(await text(`${shop.url}required?n=2`)).toContain('state="ready"><i>2</i>');
  expect((await fetch(`${shop.url}_fragments/quick/any`)).status).toBe(200);
  await shop.occupyLastPlaces();
  for (const path of ['', 'required', 'nowhere', '_fragments/quick/any']) {
    const refused = await fetch(shop.url + path);
    expect([path, refused.status, refused.headers.get('retry-after')]).toEqual([path, 503, '1']);
    await refused.text();
  }
  for (const path of ['health', 'ready', 'metrics', 'registry'])
    expect((await fetch(`${shop.url}_tessera/${path}`)).status).toBe(200);
  const metrics = await text(`${shop.url}_tessera/metrics`);
  expect(metrics).toContain('tessera_requests_in_flight 8');
  expect(metrics).toContain('tessera_requests_shed_total 4');
  expect(metrics).toContain('tessera_slot_failures_total{fragment="quick",cause="SLOT_SHED"} 1');
  shop.gate.resolve();
  await expect.poll(() => text(`${shop.url}?n=3`)).toContain('state="ready"><i>3</i>');
  await expect
    .poll(() => text(`${shop.url}_tessera/metrics`))
    .toContain('tessera_requests_in_flight 0');
});

test('when the event loop is late and many come, less is taken on', async () => {
  await using shop = await startComposer({ template: 'x', overload: { maxDelayMs: 20 } });
  const visitors = Array.from({ length: 600 }, () =>
    connect(Number(new URL(shop.url).port), '127.0.0.1'),
  );
  await Promise.all(visitors.map((socket) => once(socket, 'connect')));
  const refused = Promise.withResolvers<void>();
  for (const socket of visitors) {
    // What is not there: a page could be answered from memory, which is always taken on.
    const ask = () => socket.write('GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      if (bytes.toString('latin1').startsWith('HTTP/1.1 503')) refused.resolve();
      else ask();
    });
    ask();
  }
  const blocking = setInterval(() => {
    const until = performance.now() + 60;
    while (performance.now() < until);
  }, 1);
  await refused.promise;
  clearInterval(blocking);
  for (const socket of visitors) socket.destroy();
  await expect.poll(() => text(shop.url), { timeout: 20_000 }).toBe('x');
}, 70_000);

test('without "overload" everything is taken on', async () => {
  await using shop = await startBusy(false);
  await shop.occupy(20);
  expect(await text(`${shop.url}?n=1`)).toContain('state="ready"><i>1</i>');
  shop.gate.resolve();
});

test('two hundred visitors at the same moment wait for their turn, and are not refused', async () => {
  await using shop = await startBusy({ maxDelayMs: 1 });
  const visits = Array.from({ length: 200 }, (_, n) => fetch(`${shop.url}required?n=${n}`));
  const statuses = (await Promise.all(visits)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
});
