import type { PageReport } from '@tessera/contract';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const slots = (n: number, attributes = '') =>
  `<body>${`<fragment-slot name="a" ${attributes}></fragment-slot>`.repeat(n)}</body>`;

test('past maxPageBytes further slots fall back, those that stand first win', async () => {
  await using a = await startServer((request, response) => {
    const body = `<p>${'x'.repeat(1000)}</p>`;
    response.writeHead(200, { 'content-type': 'text/html' });
    // The first slots end last: still they have the room.
    const n = Number(new URL(request.url ?? '', 'http://a').searchParams.get('n'));
    response.write(body.slice(0, 500));
    setTimeout(() => response.end(body.slice(500)), (8 - n) * 20);
  });
  const template = `<body>${[0, 1, 2, 3, 4, 5, 6, 7]
    .map((n) => `<fragment-slot name="a" param-n="${n}"></fragment-slot>`)
    .join('')}</body>`;
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { content: 'any?n=:n', params: { n: { type: 'integer' } } }) },
    template,
    limits: { maxPageBytes: Buffer.byteLength(template) + 3500 },
    development: true,
  });
  const page = await text(shop.url);
  expect(page.match(/<p>x{1000}<\/p>/g)).toHaveLength(3);
  expect(page.endsWith('</body>')).toBe(true);
  const report: PageReport = await (await fetch(`${shop.url}?tessera=report`)).json();
  expect(report.slots.filter(({ state }) => state === 'ready')).toHaveLength(3);
  expect(report.slots.filter(({ cause }) => cause === 'PAGE_TOO_LARGE')).toHaveLength(5);
});

test('200 large fragments end at maxPageBytes with bounded memory', async () => {
  const large = Buffer.from(`<p>${'x'.repeat(2 * 1024 * 1024 - 7)}</p>`);
  await using a = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(large);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: slots(200, 'timeout-ms="20000"'),
    pages: { '/': { template: 'page.html', deadlineMs: 30_000 } },
  });
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }, 1);
  let bytes = 0;
  for await (const chunk of (await fetch(shop.url)).body ?? []) bytes += chunk.length;
  clearInterval(sampling);
  // All of them together would be 400 MiB.
  expect(peak).toBeLessThan(100 * 1024 * 1024);
  expect(bytes).toBeLessThan(16 * 1024 * 1024 + 200 * 100);
  expect(bytes).toBeGreaterThan(14 * 1024 * 1024);
}, 60_000);

test('a template with too many slots is refused', async () => {
  const config = { fragments: { a: inline('http://127.0.0.1:9/') }, limits: { maxSlots: 2 } };
  await expect(startComposer({ ...config, template: slots(3) })).rejects.toMatchObject({
    code: 'TEMPLATE_TOO_MANY_SLOTS',
    message: expect.stringContaining('page.html:1:'),
  });
  await using shop = await startComposer({ ...config, template: slots(2) });
  expect(await text(shop.url)).toContain('slot-id="a-2"');
});

test("a fragment's headers have a limit of their own", async () => {
  await using a = await startServer(html('<b>a</b>', { 'x-large': 'x'.repeat(3000) }));
  const config = { fragments: { a: inline(a.url) }, template: slots(1), development: true };
  await using strict = await startComposer({ ...config, limits: { maxHeaderBytes: 2048 } });
  await using shop = await startComposer(config);
  const report: PageReport = await (await fetch(`${strict.url}?tessera=report`)).json();
  expect(report.slots[0]).toMatchObject({ state: 'error', cause: 'FRAGMENT_HEADERS_TOO_LARGE' });
  expect(await text(shop.url)).toContain('<b>a</b>');
});

test('a body that is larger than maxRequestBytes is refused, said or unsaid', async () => {
  await using a = await startServer((request, response) => {
    request.resume().on('end', () => response.end('taken'));
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['upload'] }) },
    template: slots(1),
    limits: { maxRequestBytes: 1000 },
  });
  const send = (body: BodyInit) =>
    fetch(`${shop.url}_fragments/a/upload`, {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
  const streamed = (size: number) => new Blob(['x'.repeat(size)]).stream();
  expect((await send('x'.repeat(1000))).status).toBe(200);
  expect((await send('x'.repeat(1001))).status).toBe(413);
  expect((await send(streamed(1000))).status).toBe(200);
  expect((await send(streamed(1001))).status).toBe(413);
});

test('a page costs the same per slot, with 100 or with 1,000 of them', async () => {
  await using a = await startServer(html('<b>a</b>'));
  const time = async (n: number) => {
    await using shop = await startComposer({
      fragments: { a: inline(a.url) },
      template: slots(n, 'timeout-ms="20000"'),
      pages: { '/': { template: 'page.html', deadlineMs: 30_000 } },
    });
    await text(shop.url);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const start = process.cpuUsage();
      expect((await text(shop.url)).match(/<b>a<\/b>/g)).toHaveLength(n);
      const { user, system } = process.cpuUsage(start);
      times.push(user + system);
    }
    return Math.min(...times);
  };
  // Ten times the slots; quadratic would be a hundred times the work.
  expect(await time(1000)).toBeLessThan((await time(100)) * 40);
}, 60_000);
