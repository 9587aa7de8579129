import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageReport } from '@tessera/contract';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startRawServer, startServer, text } from './servers.ts';

// A fragment's breaker, line and retries on a running composer.

const page = (attributes = '') =>
  `<fragment-slot name="a" timeout-ms="10000" ${attributes}>own<template slot="error">resting</template></fragment-slot>`;

/** A service that answers as it is told at the moment. */
async function startMoody() {
  const ok = html('<b>well</b>');
  const service = {
    answer: ok as (request: IncomingMessage, response: ServerResponse) => void,
    sick(_: IncomingMessage, response: ServerResponse) {
      response.writeHead(500).end();
    },
    ok,
  };
  const server = await startServer((request, response) => service.answer(request, response));
  return Object.assign(service, server);
}

async function registryOf(url: string) {
  const { fragments } = await (await fetch(`${url}_tessera/registry`)).json();
  return fragments[0];
}

async function causeOf(url: string): Promise<string | undefined> {
  const report: PageReport = await (await fetch(`${url}?tessera=report`)).json();
  return report.slots[0]?.cause;
}

const metricOf = async (url: string, line: RegExp) =>
  Number(line.exec(await text(`${url}_tessera/metrics`))?.[1]);

test('after 20 failures a service is left alone, and one probe after its recovery brings it back', async () => {
  await using a = await startMoody();
  a.answer = a.sick;
  await using shop = await startComposer({
    fragments: { a: { ...inline(a.url), breaker: { openMs: 300 } } },
    template: page(),
    development: true,
  });
  for (let visit = 0; visit < 40; visit++)
    expect(await text(shop.url)).toContain('state="error">resting<');
  expect(a.requests.length).toBeGreaterThanOrEqual(20);
  expect(a.requests.length).toBeLessThan(25); // probes, where the machine is slow
  a.answer = a.ok;
  await expect.poll(() => text(shop.url), { timeout: 15_000 }).toContain('state="ready"><b>well');
  expect(await registryOf(shop.url)).toMatchObject({ breaker: { state: 'closed' } });
  expect(
    await metricOf(shop.url, /^tessera_breaker_opened_total\{fragment="a"\} (\d+)/m),
  ).toBeGreaterThan(0);
});

test('an open breaker is seen in registry, metrics and reports', async () => {
  await using a = await startMoody();
  a.answer = a.sick;
  await using shop = await startComposer({
    fragments: { a: { ...inline(a.url), breaker: { openMs: 60_000 } } },
    template: page(),
    development: true,
  });
  for (let visit = 0; visit < 21; visit++) await text(shop.url);
  expect(await causeOf(shop.url)).toBe('FRAGMENT_RESTING');
  expect(await registryOf(shop.url)).toMatchObject({
    breaker: { state: 'open', opened: 1, openForMs: expect.any(Number) },
    refused: { breaker: 2, queue: 0 },
  });
  const metrics = await text(`${shop.url}_tessera/metrics`);
  expect(metrics).toContain('tessera_breaker_state{fragment="a",state="open"} 1');
  expect(metrics).toContain('tessera_breaker_state{fragment="a",state="closed"} 0');
  expect(metrics).toContain('tessera_requests_refused_total{fragment="a",by="breaker"} 2');
});

test('while the breaker is open, what is stored stands in', async () => {
  await using a = await startMoody();
  a.answer = html('<b>stored</b>', { 'cache-control': 'max-age=0, stale-if-error=600' });
  await using shop = await startComposer({
    fragments: {
      a: { ...inline(a.url, { forward: { query: ['n'] } }), breaker: { openMs: 60_000 } },
    },
    template: page(),
    development: true,
  });
  expect(await text(shop.url)).toContain('stored');
  a.answer = a.sick;
  for (let n = 0; n < 20; n++) await text(`${shop.url}?n=${n}`);
  const { length } = a.requests;
  expect(await text(shop.url)).toContain('state="stale"><b>stored</b>');
  expect(a.requests).toHaveLength(length);
});

test('a page that cannot do without a resting fragment is a 503 that says when to come again', async () => {
  await using a = await startMoody();
  a.answer = a.sick;
  await using shop = await startComposer({
    fragments: { a: { ...inline(a.url, { actions: ['act'] }), breaker: { openMs: 60_000 } } },
    template: page('primary'),
    pages: {
      '/': 'page.html',
      '/data': { data: { a: { fragment: 'a', path: 'x', required: true } } },
    },
  });
  for (let visit = 0; visit < 20; visit++) expect((await fetch(shop.url)).status).toBe(502);
  const asked = a.requests.length;
  for (const path of ['', 'data', '_fragments/a/any', '_fragments/a/assets/x.js']) {
    const answer = await fetch(shop.url + path);
    expect([path, answer.status]).toEqual([path, 503]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(path === 'data' ? 0 : 40);
  }
  expect(a.requests).toHaveLength(asked);
  // What somebody sends on purpose is tried.
  a.answer = (_, response) => void response.end('done');
  expect(await text(`${shop.url}_fragments/a/act`, { method: 'POST' })).toBe('done');
});

test.each([
  ['404', 404],
  ['429', 429],
])('%s is no failure of the service', async (_, status) => {
  await using a = await startMoody();
  a.answer = (_request, response) => void response.writeHead(status).end();
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template: page() });
  for (let visit = 0; visit < 30; visit++) await text(shop.url);
  expect(a.requests).toHaveLength(30);
});

test('visitors who leave are no failures of the service', async () => {
  await using a = await startMoody();
  a.answer = () => {};
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { forward: { query: ['n'] } }) },
    template: page('primary'),
  });
  for (let n = 0; n < 30; n++) {
    const visitor = new AbortController();
    const visit = fetch(`${shop.url}?n=${n}`, { signal: visitor.signal }).catch(() => {});
    await expect.poll(() => a.requests.length).toBe(n + 1);
    visitor.abort();
    await visit;
  }
  a.answer = a.ok;
  expect(await text(shop.url)).toContain('well');
});

test('time-outs and slow answers count as failures', async () => {
  await using a = await startMoody();
  a.answer = () => {};
  await using b = await startServer((request, response) => {
    setTimeout(() => html('<i>slow</i>')(request, response), 60);
  });
  await using shop = await startComposer({
    fragments: {
      a: inline(a.url, { forward: { query: ['n'] } }),
      b: { ...inline(b.url, { forward: { query: ['n'] } }), breaker: { slowMs: 10 } },
    },
    template:
      '<fragment-slot name="a" timeout-ms="50"></fragment-slot><fragment-slot name="b" timeout-ms="10000"></fragment-slot>',
    development: true,
  });
  const causes = async (n: number) => {
    const report: PageReport = await (await fetch(`${shop.url}?tessera=report&n=${n}`)).json();
    return report.slots.map(({ cause }) => cause);
  };
  let n = 0;
  while (n < 19) await causes(n++);
  // A busy machine stands still now and then: such time-outs do not count.
  await expect
    .poll(() => causes(n++), { timeout: 15_000 })
    .toEqual(['FRAGMENT_RESTING', 'FRAGMENT_RESTING']);
  expect(n).toBeGreaterThan(20);
});

test('time-outs while our own event loop stood still are no failures of the service', async () => {
  await using a = await startMoody();
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { forward: { query: ['n'] } }) },
    // Long enough for thirty pages on a busy machine: what is slow without standing still does count.
    template: page().replace('10000', '1000'),
    development: true,
  });
  await text(shop.url);
  a.answer = (request, response) => {
    // It would answer in time, were it not for what else the process does.
    if (a.requests.length % 30 === 0) {
      const until = performance.now() + 1500;
      while (performance.now() < until);
    }
    setTimeout(() => a.ok(request, response), 20);
  };
  for (let round = 0; round < 3; round++)
    await Promise.all(Array.from({ length: 30 }, (_, n) => text(`${shop.url}?n=${round}-${n}`)));
  expect(await registryOf(shop.url)).toMatchObject({ breaker: { state: 'closed', opened: 0 } });
});

test('a full line turns away at once, and who waits leaves half of the time to the service', async () => {
  await using a = await startMoody();
  const gate = Promise.withResolvers<void>();
  a.answer = async (request, response) => {
    await gate.promise;
    a.ok(request, response);
  };
  await using shop = await startComposer({
    fragments: {
      a: { ...inline(a.url, { forward: { query: ['n'] } }), maxConcurrent: 1, maxQueued: 2 },
    },
    template: page(),
    development: true,
  });
  const visits = [0, 1, 2].map((n) => text(`${shop.url}?n=${n}`));
  await expect.poll(async () => (await registryOf(shop.url)).queued).toBe(2);
  const startedAt = performance.now();
  expect(await causeOf(shop.url)).toBe('FRAGMENT_QUEUE_FULL');
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(await registryOf(shop.url)).toMatchObject({ active: 1, refused: { queue: 1 } });
  gate.resolve();
  for (const visit of await Promise.all(visits)) expect(visit).toContain('well');
  expect(await registryOf(shop.url)).toMatchObject({ active: 0, queued: 0 });
});

test('retries stay within their budget, and none is made after a time-out or an answer', async () => {
  let connections = 0;
  await using dead = await startRawServer((socket) => {
    socket.once('data', () => {
      connections++;
      socket.resetAndDestroy();
    });
  });
  await using shop = await startComposer({
    fragments: {
      a: { ...inline(dead.url, { forward: { query: ['n'] } }), breaker: false },
      b: { ...inline(dead.url), breaker: false, retries: 0 },
    },
    template: page(),
    templates: { 'b.html': page().replace('"a"', '"b"') },
    pages: { '/': 'page.html', '/b': 'b.html' },
    development: true,
  });
  await text(`${shop.url}b`);
  expect(connections).toBe(1);
  connections = 0;
  for (let n = 0; n < 200; n++) await text(`${shop.url}?n=${n}`);
  expect(connections).toBeGreaterThanOrEqual(225);
  expect(connections).toBeLessThan(250);
  const { retries } = await registryOf(shop.url);
  expect(retries.sent).toBe(connections - 200);
  expect(retries.withoutBudget).toBe(200 - retries.sent);
});

test('an asset whose connection ended before its answer is asked for once more', async () => {
  let requests = 0;
  await using a = await startRawServer((socket) => {
    socket.once('data', () => {
      if (++requests === 1) socket.resetAndDestroy();
      else socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/css\r\ncontent-length: 1\r\n\r\nx');
    });
  });
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template: 'x' });
  expect(await text(`${shop.url}_fragments/a/assets/a.css`)).toBe('x');
  expect(requests).toBe(2);
  await expect.poll(() => a.sockets.size).toBe(0);
});

test('a sick fragment does not open the breaker of another one of the same service', async () => {
  await using service = await startServer((request, response) => {
    if (request.url?.startsWith('/sick')) response.writeHead(500).end();
    else html('<b>well</b>')(request, response);
  });
  await using shop = await startComposer({
    fragments: { a: inline(`${service.url}sick/`), b: inline(`${service.url}well/`) },
    template: `${page()}<fragment-slot name="b" timeout-ms="10000"></fragment-slot>`,
  });
  for (let visit = 0; visit < 30; visit++) expect(await text(shop.url)).toContain('<b>well</b>');
});

test('a service that those who waited for each other gave too little time is not left alone', async () => {
  await using slow = await startServer((_, response) => {
    setTimeout(() => html('<p>a</p>')(_, response), 600);
  });
  await using shop = await startComposer({
    fragments: { a: inline(slow.url) },
    template: '<fragment-slot name="a" timeout-ms="1000"></fragment-slot>',
  });
  const together = Array.from({ length: 30 }, () => text(shop.url));
  // The first time, all but one find out too late that they have to ask for themselves.
  expect((await Promise.all(together)).filter((page) => page.includes('<p>a</p>'))).not.toEqual([]);
  expect(await text(shop.url)).toContain('<p>a</p>');
});
