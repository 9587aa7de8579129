import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PageReport } from '@tessera/contract';
import { test as always, expect } from 'vitest';
import { startComposer, text } from './servers.ts';

// docs/protocol.md suffices to publish fragments in another language: `fixture/service.py` is written from it alone.

const python = spawnSync('python3', ['--version']).status === 0;
if (!python && !process.env.CI)
  console.warn('SKIPPED: no python3 here, so nothing proves docs/protocol.md.');
const test = always.skipIf(!python && !process.env.CI);

async function startPython() {
  const file = fileURLToPath(new URL('fixture/service.py', import.meta.url));
  const child: ChildProcess = spawn('python3', ['-u', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  if (!child.stdout) throw new Error('no output');
  const port = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    exited.then(([code]) => Promise.reject(new Error(`python3 ended with ${code}`))),
  ]);
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { url: `http://127.0.0.1:${port}/`, stop, [Symbol.asyncDispose]: stop };
}

const TEMPLATE =
  '<html><head></head><body><h1>Tractor</h1><fragment-slot name="reviews" timeout-ms="5000" param-page="{query.page}">none</fragment-slot></body></html>';

async function startShop(url: string, template = TEMPLATE) {
  return startComposer({
    fragments: { reviews: url },
    pages: { '/products/:sku': 'page.html' },
    template,
    development: true,
  });
}

async function causeOf(url: string) {
  const report: PageReport = await (await fetch(`${url}?tessera=report`)).json();
  return report.slots[0]?.cause;
}

test('a page is composed of a service that is not written in TypeScript', async () => {
  await using service = await startPython();
  await using shop = await startShop(service.url);
  const page = await text(`${shop.url}products/t-1?page=2`);
  expect(page).toContain('<link rel="stylesheet" href="/_fragments/reviews/assets/reviews.css">');
  expect(page).toContain(
    'state="ready"><h2>Reviews, page 2</h2><ul><li class=review>Pulls like a horse.</li></ul>',
  );
  expect(page).toContain('<form method="post" action="/_fragments/reviews/add/t-1">');
  expect(page.endsWith('</fragment-slot></body></html>')).toBe(true);
  expect(await text(`${shop.url}products/t-1`)).toContain('Reviews, page 1');
});

test('its form posts through the composer and leads back to the page', async () => {
  await using service = await startPython();
  await using shop = await startShop(service.url);
  const post = (review: string) =>
    fetch(`${shop.url}_fragments/reviews/add/t-2`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ text: review }),
    });
  const sent = await post('<b>Très</b> red & round');
  expect([sent.status, sent.headers.get('location')]).toEqual([303, '/products/t-2']);
  const page = await text(new URL('/products/t-2', shop.url).href);
  expect(page).toContain('<li class=review>&lt;b&gt;Très&lt;/b&gt; red &amp; round</li>');
  const refused = await post(' ');
  expect([refused.status, await refused.text()]).toEqual([422, '<p>A review needs words.</p>']);
  expect((await fetch(`${shop.url}_fragments/reviews/remove/t-2`, { method: 'POST' })).status).toBe(
    404,
  );
});

test('its assets keep their caching headers and its content can be had alone', async () => {
  await using service = await startPython();
  await using shop = await startShop(service.url);
  for (const method of ['GET', 'HEAD']) {
    const asset = await fetch(`${shop.url}_fragments/reviews/assets/reviews.css`, { method });
    expect([
      asset.status,
      asset.headers.get('cache-control'),
      asset.headers.get('content-type'),
    ]).toEqual([200, 'public, max-age=31536000, immutable', 'text/css']);
    expect(await asset.text()).toBe(method === 'GET' ? '.review { color: navy }' : '');
  }
  const content = await fetch(`${shop.url}_fragments/reviews/reviews/t-1`);
  expect(await content.text()).toContain('Pulls like a horse.');
  expect((await fetch(`${shop.url}_fragments/reviews/reviews/none`)).status).toBe(404);
});

test('what it does not have is a fallback in a slot, and the status of the page in a primary one', async () => {
  await using service = await startPython();
  await using shop = await startShop(service.url);
  const rests = 'state="fallback"><p>Reviews are resting.</p></fragment-slot></body></html>';
  expect(await text(`${shop.url}products/none`)).toContain(rests);
  expect(await causeOf(`${shop.url}products/none`)).toBe('FRAGMENT_STATUS');
  expect(await text(`${shop.url}products/t-1?page=x`)).toContain(rests);
  expect(await causeOf(`${shop.url}products/T-1`)).toBe('FRAGMENT_PARAM_INVALID');
  await using strict = await startShop(service.url, TEMPLATE.replace('name=', 'primary name='));
  const missing = await fetch(`${strict.url}products/none`);
  expect([missing.status, await missing.text()]).toEqual([
    404,
    expect.stringContaining('<p>No product none</p>'),
  ]);
});

test('when it is stopped its slots show the fallback that it named', async () => {
  await using service = await startPython();
  await using shop = await startShop(service.url);
  expect(await text(`${shop.url}products/t-1`)).toContain('Pulls like a horse.');
  await service.stop();
  const page = await text(`${shop.url}products/t-1`);
  expect(page).toContain(
    'state="fallback"><p>Reviews are resting.</p></fragment-slot></body></html>',
  );
  expect(await causeOf(`${shop.url}products/t-1`)).toBe('FRAGMENT_UNREACHABLE');
  const post = await fetch(`${shop.url}_fragments/reviews/add/t-1`, { method: 'POST' });
  expect(post.status).toBe(502);
});
