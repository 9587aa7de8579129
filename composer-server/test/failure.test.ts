import { expect, test } from 'vitest';
import { html, inline, startComposer, startRawServer, startServer, text } from './servers.ts';

test('a fragment that is too slow leaves its slot to the fallback', async () => {
  await using reviews = await startServer(() => {}); // takes the request, never answers
  await using shop = await startComposer({
    fragments: { reviews: { url: reviews.url, manifest: { version: '1', content: 'any' } } },
    template: '<fragment-slot name="reviews" timeout-ms="20">No reviews yet.</fragment-slot>',
  });
  expect(await text(shop.url)).toContain('state="error">No reviews yet.<');
});

test('a page is composed of its fragments, and its own bytes stay', async () => {
  await using a = await startServer(html('<b>one</b>'));
  await using b = await startServer(html('<i>two</i>'));
  await using shop = await startComposer({
    fragments: { a: inline(a.url), b: inline(b.url) },
    template:
      '<!doctype html><html><head><title>x</title></head><body ><p >é</p><fragment-slot name="a"></fragment-slot>\n<fragment-slot name=b>wait</fragment-slot></body></html>\n',
  });
  expect(await text(shop.url)).toBe(
    '<!doctype html><html><head><title>x</title><style>fragment-slot{display:contents}</style></head><body ><p >é</p><fragment-slot name="a" slot-id="a" state="ready"><b>one</b></fragment-slot>\n<fragment-slot name=b slot-id="b" state="ready"><i>two</i></fragment-slot></body></html>\n',
  );
});

test('one byte every 20 ms does not outlast the total time', async () => {
  await using slow = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });
  await using shop = await startComposer({
    fragments: { slow: inline(slow.url) },
    template: '<fragment-slot name="slow" timeout-ms="150">late</fragment-slot>',
  });
  expect(await text(shop.url)).toContain('state="error">late<');
});

test('half a body is never shown', async () => {
  await using broken = await startRawServer((socket) => {
    socket.once('data', () => {
      socket.end(
        'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100\r\n\r\n<b>half',
      );
    });
  });
  await using shop = await startComposer({
    fragments: { broken: inline(broken.url) },
    template: '<fragment-slot name="broken">whole</fragment-slot>',
  });
  const page = await text(shop.url);
  expect(page).toContain('state="error">whole<');
  expect(page).not.toContain('half');
});
