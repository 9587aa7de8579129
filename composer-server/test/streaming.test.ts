import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

/** A server that answers when it is told to. */
async function startGated(body: string) {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const server = await startServer(async (request, response) => {
    await gate;
    html(body)(request, response);
  });
  return { ...server, open };
}

/** Reads a response piece by piece. */
async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  mark: string,
  before = '',
) {
  let read = before;
  while (!read.includes(mark)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the page ended without ${mark}: ${read}`);
    read += Buffer.from(value).toString();
  }
  return read;
}

test('what stands before a slow slot leaves before the slot is there', async () => {
  await using slow = await startGated('<b>slow</b>');
  await using shop = await startComposer({
    fragments: { slow: inline(slow.url) },
    template:
      '<h1>Shop</h1><fragment-slot name="slow" timeout-ms="10000"></fragment-slot><p>end</p>',
  });
  const response = await fetch(shop.url);
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const start = await readUntil(reader, '<h1>Shop</h1>');
  expect(start).not.toContain('slow</b>');
  slow.open();
  expect(await readUntil(reader, '<p>end</p>', start)).toContain(
    '<b>slow</b></fragment-slot><p>end</p>',
  );
});

test('slots are fetched in parallel and written in template order', async () => {
  await using first = await startGated('<i>1</i>');
  await using second = await startServer((request, response) => {
    html('<i>2</i>')(request, response);
    response.on('close', first.open); // the first answers only after the second has
  });
  await using shop = await startComposer({
    fragments: { first: inline(first.url), second: inline(second.url) },
    template:
      '<fragment-slot name="first" timeout-ms="10000"></fragment-slot><fragment-slot name="second"></fragment-slot>',
  });
  expect(await text(shop.url)).toMatch(/<i>1<\/i>.*<i>2<\/i>/);
});

test('a deferred slot comes before </body> and the page goes on without it', async () => {
  await using slow = await startGated('<b>late</b>');
  await using shop = await startComposer({
    fragments: { slow: inline(slow.url) },
    template:
      '<html><head></head><body><fragment-slot name="slow" deferred timeout-ms="10000">wait<template slot="error">no</template></fragment-slot><p>end</p></body></html>',
  });
  const reader = (
    (await fetch(`${shop.url}?a=1&b=%22`)).body as ReadableStream<Uint8Array>
  ).getReader();
  const start = await readUntil(reader, '</noscript>');
  expect(start).toContain('state="pending">wait</fragment-slot><p>end</p><noscript>');
  expect(start).toContain('href="/?a=1&amp;b=%22&amp;tessera=whole"');
  slow.open();
  const page = await readUntil(reader, '</html>', start);
  expect(page).toMatch(
    /<template data-slot="slow" data-state="ready"><b>late<\/b><\/template><script>[^<]{1,399}<\/script><\/body><\/html>$/,
  );
  expect(page.match(/<noscript>/g)).toHaveLength(1);
});

test('?tessera=whole has every slot in its place', async () => {
  await using slow = await startGated('<b>late</b>');
  await using shop = await startComposer({
    fragments: { slow: inline(slow.url) },
    template:
      '<body><fragment-slot name="slow" deferred timeout-ms="10000">wait</fragment-slot></body>',
  });
  const page = text(`${shop.url}?tessera=whole`);
  slow.open();
  expect(await page).toContain('state="ready"><b>late</b></fragment-slot></body>');
});

test('a deferred slot that is there in time is written in place', async () => {
  await using quick = await startServer(html('<b>quick</b>'));
  await using shop = await startComposer({
    fragments: { quick: inline(quick.url) },
    template: '<body><fragment-slot name="quick" deferred="5000">wait</fragment-slot></body>',
  });
  expect(await text(shop.url)).toContain('state="ready"><b>quick</b></fragment-slot></body>');
});

test('a deferred slot that never comes ends with its error markup', async () => {
  await using dead = await startServer(() => {});
  await using shop = await startComposer({
    fragments: { dead: inline(dead.url) },
    template:
      '<body><fragment-slot name="dead" deferred timeout-ms="50">wait<template slot="error"><p>resting</p></template></fragment-slot></body>',
  });
  const page = await text(shop.url);
  expect(page).toContain('state="pending">wait</fragment-slot>');
  expect(page).toContain('<template data-slot="dead" data-state="error"><p>resting</p></template>');
});

test('the head waits for primary and required slots, and for those only', async () => {
  await using primary = await startGated('<b>main</b>');
  await using other = await startGated('<b>other</b>');
  await using shop = await startComposer({
    fragments: { primary: inline(primary.url), other: inline(other.url) },
    template:
      '<fragment-slot name="other" timeout-ms="10000"></fragment-slot><fragment-slot name="primary" primary timeout-ms="10000"></fragment-slot>',
  });
  const pending = fetch(shop.url);
  primary.open();
  const response = await pending; // the other has not answered, and cannot before this
  expect(response.status).toBe(200);
  other.open();
  expect(await response.text()).toContain('<b>main</b>');
});

test('when the visitor leaves, what runs for them is given up', async () => {
  const left = Promise.withResolvers<void>();
  await using slow = await startServer((_, response) => {
    response.on('close', () => left.resolve());
    started.resolve();
  });
  const started = Promise.withResolvers<void>();
  await using shop = await startComposer({
    fragments: { slow: inline(slow.url) },
    template: '<p>x</p><fragment-slot name="slow" timeout-ms="60000"></fragment-slot>',
  });
  const visit = new AbortController();
  const response = await fetch(shop.url, { signal: visit.signal });
  await started.promise;
  visit.abort();
  await left.promise;
  expect(response.status).toBe(200);
});

test('a slot in a shadow root brings its styles along', async () => {
  await using a = await startServer(html('<li>loose</li>'));
  const manifest = { assets: [{ rel: 'stylesheet', href: 'assets/a.css' }] };
  await using shop = await startComposer({
    fragments: { a: inline(a.url, manifest) },
    template: '<ul><li><fragment-slot name="a" shadow></fragment-slot></li></ul>',
  });
  expect(await text(shop.url)).toContain(
    'state="ready"><template shadowrootmode="open"><link rel="stylesheet" href="/_fragments/a/assets/a.css"><li>loose</li></template></fragment-slot>',
  );
});
