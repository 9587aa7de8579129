import { expect, test } from 'vitest';
import { ask } from './ask.ts';
import { inline, startComposer, startServer } from './servers.ts';

const setup = (url: string, manifest: Record<string, unknown> = {}) =>
  startComposer({ fragments: { a: inline(url, { actions: ['*'], ...manifest }) }, pages: {} });

test.each([
  [[]],
  [['']],
  [['*/*']],
  [['foo']],
  [['application/unknown']],
  [['unknown/unknown']],
  [[';text/html']],
  [['text/plain, text/html']],
  [['text/plain', 'text/html']],
  [['TEXT/HTML ; charset=x']],
  [['application/xhtml+xml']],
  [['image/svg+xml']],
  [['text/xml']],
  [['multipart/x-mixed-replace; boundary=x']],
])('what a browser may take for a document runs no script of the site: %j', async (types) => {
  await using a = await startServer((_, response) => {
    response.setHeader('content-type', types);
    if (types.length === 0) response.removeHeader('content-type');
    response.end('<!doctype html><script>document.title = document.cookie</script>');
  });
  await using shop = await setup(a.url);
  for (const path of ['x', 'assets/x']) {
    const { headers } = await ask(`${shop.url}_fragments/a/${path}`);
    expect(headers).toMatchObject({
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    });
  }
});

test.each([
  'text/plain',
  'text/css',
  'text/javascript; charset=utf-8',
  'application/json',
  'image/png',
  'font/woff2',
])('what is %s stays it', async (type) => {
  await using a = await startServer((_, response) =>
    response.writeHead(200, { 'content-type': type }).end('x'),
  );
  await using shop = await setup(a.url);
  const { headers } = await ask(`${shop.url}_fragments/a/x`);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-security-policy']).toBeUndefined();
});

test('no value of the visitor keeps a header of the composer from going up', async () => {
  await using a = await startServer((_, response) => response.end('x'));
  await using shop = await setup(a.url);
  const { origin } = new URL(shop.url);
  for (const name of [
    'x-forwarded-for',
    'x-forwarded-proto',
    'origin',
    'referer',
    'content-type',
    'user-agent',
  ]) {
    const sent = {
      accept: name,
      'accept-language': name,
      'content-language': name,
      origin,
      referer: `${origin}/p`,
      'content-type': 'text/plain',
    };
    await ask(`${shop.url}_fragments/a/x`, { method: 'POST', send: sent, body: 'x' });
    expect(a.requests.at(-1)?.headers).toHaveProperty(name);
  }
});

test('pages of an origin that the manifest names may ask first, and read the answer', async () => {
  const friend = 'https://friend.example';
  await using a = await startServer((_, response) => response.end('{}'));
  await using shop = await setup(a.url, { cors: [friend] });
  const url = `${shop.url}_fragments/a/x`;
  const preflight = (origin: string) =>
    ask(url, {
      method: 'OPTIONS',
      send: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type',
      },
    });
  expect(await preflight(friend)).toMatchObject({
    status: 204,
    headers: {
      'access-control-allow-origin': friend,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type',
      vary: 'origin',
    },
  });
  expect(a.requests).toHaveLength(0);
  expect((await preflight('https://foe.example')).status).toBe(403);
  const answer = await ask(url, { method: 'PUT', send: { origin: friend }, body: '{}' });
  expect(answer.headers).toMatchObject({ 'access-control-allow-origin': friend });
  expect((await ask(url)).headers['access-control-allow-origin']).toBeUndefined();
});

test('a hostile pattern and a hostile value cost nobody any time', async () => {
  await using a = await startServer((_, response) => response.end('x'));
  await using shop = await startComposer({
    fragments: {
      a: inline(a.url, { content: ':a', params: { a: { pattern: '(a+)+' } } }),
    },
    template: '<body><fragment-slot name="a"></fragment-slot></body>',
    pages: { '/:a': 'page.html' },
  });
  const page = await (await fetch(`${shop.url}${'a'.repeat(60)}!`)).text();
  expect(page).toContain('state="error"');
  expect(a.requests).toHaveLength(0);
});

test('every answer below /_fragments/ says which request it belongs to', async () => {
  await using a = await startServer((_, response) => response.destroy());
  await using shop = await setup(a.url);
  const id = 'abcdefgh-1';
  const { status, headers } = await ask(`${shop.url}_fragments/a/x`, {
    send: { 'x-request-id': id },
  });
  expect([status, headers['x-request-id']]).toEqual([502, id]);
});
