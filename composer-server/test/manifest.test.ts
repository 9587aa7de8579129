import { expect, test } from 'vitest';
import { html, startComposer, startServer, text } from './servers.ts';

const json = (manifest: unknown) => (_: unknown, response: import('node:http').ServerResponse) =>
  response
    .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=1' })
    .end(JSON.stringify(manifest));

const template = '<fragment-slot name="a">own</fragment-slot>';

test('a manifest is fetched at start', async () => {
  await using a = await startServer((request, response) =>
    request.url === '/a/fragment.json'
      ? json({ protocol: 1, name: 'a', version: '1', content: 'x' })(request, response)
      : html('<b>content</b>')(request, response),
  );
  await using shop = await startComposer({ fragments: { a: `${a.url}a/` }, template });
  expect(await text(shop.url)).toContain('state="ready"><b>content</b>');
});

test('an absent service does not stop the composer and is taken up when it comes', async () => {
  const first = await startServer(html('x'));
  await first.close();
  await using shop = await startComposer({ fragments: { a: first.url }, template });
  expect(await text(shop.url)).toContain('state="error">own<');
  await using _ = await startServer(
    (request, response) =>
      request.url === '/fragment.json'
        ? json({ version: '1', content: 'x' })(request, response)
        : html('<b>back</b>')(request, response),
    first.port,
  );
  await expect.poll(() => text(shop.url), { timeout: 10_000 }).toContain('<b>back</b>');
});

test.each([
  ['an unknown key', { version: '1', contnet: 'x' }, 'contnet'],
  ['another protocol', { protocol: 2, version: '1' }, 'protocol'],
  ['another name', { name: 'b', version: '1' }, 'name'],
  ['no version', { content: 'x' }, 'version'],
  ['content outside its base', { version: '1', content: '../x' }, 'content'],
  ['content on another host', { version: '1', content: '//evil/x' }, 'content'],
  [
    'an asset on another host',
    { version: '1', assets: [{ rel: 'stylesheet', href: 'https://evil/x.css' }] },
    'assets[0].href',
  ],
  [
    'an unknown trigger',
    { version: '1', remote: { entry: 'e', module: './w', mount: 'soon' } },
    'remote.mount',
  ],
  ['an unknown type', { version: '1', params: { sku: { type: 'text' } } }, 'params.sku.type'],
  [
    'a pattern that is none',
    { version: '1', params: { sku: { pattern: '(' } } },
    'params.sku.pattern',
  ],
  ['time that is no number', { version: '1', timeoutMs: '5' }, 'timeoutMs'],
  ['no object', [], '(root)'],
])('a manifest with %s is one error with its place', async (_, manifest, path) => {
  await using a = await startServer(json(manifest));
  await expect(startComposer({ fragments: { a: a.url }, template })).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
    message: expect.stringContaining(`at "${path}"`),
  });
  await expect(
    startComposer({ fragments: { a: { url: 'http://127.0.0.1:1/', manifest } }, template }),
  ).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
    message: expect.stringContaining('fragments.a.manifest'),
  });
});

test('a manifest that is no JSON is one error, and a byte order mark before it is none', async () => {
  const manifest = JSON.stringify({ version: '1', content: 'x' });
  let body = manifest.replace('}', ',}');
  await using a = await startServer((request, response) =>
    request.url === '/fragment.json'
      ? response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      : html('<b>content</b>')(request, response),
  );
  await expect(startComposer({ fragments: { a: a.url }, template })).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
    message: expect.stringContaining(`${a.url}fragment.json`),
  });
  body = `\uFEFF${manifest}`;
  await using shop = await startComposer({ fragments: { a: a.url }, template });
  expect(await text(shop.url)).toContain('<b>content</b>');
});

test('a manifest that turns wrong leaves the last good one in use', async () => {
  let manifest: unknown = { version: '1', content: 'one' };
  await using a = await startServer((request, response) =>
    request.url === '/fragment.json'
      ? json(manifest)(request, response)
      : html(`<b>${request.url}</b>`)(request, response),
  );
  await using shop = await startComposer({ fragments: { a: a.url }, template });
  const asked = a.requests.length;
  manifest = { version: '2', content: '../two' };
  await expect.poll(() => a.requests.length, { timeout: 10_000 }).toBeGreaterThan(asked);
  expect(await text(shop.url)).toContain('<b>/one</b>');
  manifest = { version: '3', content: 'three' };
  await expect.poll(() => text(shop.url), { timeout: 10_000 }).toContain('<b>/three</b>');
});

test('two fragments cannot claim one cookie', async () => {
  const manifest = { version: '1', setCookies: ['session'] };
  await expect(
    startComposer({
      template: 'plain',
      fragments: {
        a: { url: 'http://127.0.0.1:1/', manifest },
        b: { url: 'http://127.0.0.1:1/', manifest },
      },
    }),
  ).rejects.toMatchObject({ code: 'COOKIE_CLAIMED_TWICE' });
});
