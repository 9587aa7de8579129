import { request } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { folder, runCli } from './cli.ts';
import { html, inline, shellBuild, startComposer, startServer, text } from './servers.ts';

// What must not be possible, whatever a visitor, a team's service or somebody's stored text says.

/** A request whose target goes out as it is; `fetch` would tidy it up. */
function ask(url: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(url);
      const asked = request({ hostname, port, path, headers, agent: false }, (response) => {
        let body = '';
        response.on('data', (bytes) => {
          body += bytes;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
        );
      });
      asked.on('error', reject).end();
    },
  );
}

/** The same for targets that Node's own client would not send. */
function askRaw(url: string, target: string) {
  return new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes;
    });
    socket.on('error', () => {}).on('close', () => resolve(received));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`, 'latin1');
  });
}

async function startShop() {
  const service = await startServer(html('<b>content</b>', { 'cache-control': 'no-store' }));
  const shop = await startComposer({
    fragments: {
      a: inline(`${service.url}team/`, { content: 'item/:sku', actions: ['*'] }),
    },
    templates: {
      'page.html': '<fragment-slot name="a" timeout-ms="9000">own</fragment-slot>',
      'query.html':
        '<fragment-slot name="a" param-sku="{query.sku}" timeout-ms="9000">own</fragment-slot>',
    },
    pages: { '/p/:sku': 'page.html', '/q': 'query.html' },
  });
  return {
    url: shop.url,
    asked: () => service.requests.map(({ url }) => url),
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]();
      await service.close();
    },
  };
}

// biome-ignore format: a list
const UNSAFE_PATHS = [
  '/p/..', '/p/.', '/p/%2e%2e', '/p/%2E.', '/p/.%2e', '/p/../p/x', '/p/./x', '/p/a%2fb', '/p/a%2Fb',
  '/p/a%5cb', '/p/a%5Cb', '/p/a\\b', '/\\evil.example', '/p/%00', '/p/a%0d%0ax:y', '/p/a%0A', '/p/%zz',
  '/p/%', '/p/%c0%ae%c0%ae', '/p/%ff', '/q?sku=a%0d%0ab', '/q?sku=%00', '/q?a\\b%0a',
  '/_fragments/a/../../x', '/_fragments/a/%2e%2e/x', '/_fragments/a/..%2fx', '/_fragments/a/x/..%5c..',
  '/_fragments/a/x%2f..%2f', '/_fragments/a/./x', '/_fragments/%2e%2e/x', '/_fragments/a/x%00.css',
];

test.each(UNSAFE_PATHS)('%s is a 400, and no service is asked', async (path) => {
  await using shop = await startShop();
  expect(await askRaw(shop.url, path)).toMatch(/^HTTP\/1\.1 400 /);
  expect(shop.asked()).toEqual([]);
});

test.each([
  '//evil.example/p/x',
  '//evil.example',
  '/@evil.example/',
  '/http://evil.example/',
  '/p/x/',
  '/P/x',
  '/p',
  '/2130706433/',
  '/_fragments//evil.example/',
  '/_fragments/b/x',
  '/_fragments/__proto__/x',
  '/_fragments/constructor/x',
  '/_tessera/__proto__',
  '/constructor',
])('%s is nothing, and no service is asked', async (path) => {
  await using shop = await startShop();
  expect(await askRaw(shop.url, path)).toMatch(/^HTTP\/1\.1 404 /);
  expect(shop.asked()).toEqual([]);
});

test.each(['http://evil.example/p/x', 'HTTP://127.0.0.1/p/x', 'evil.example:80', '*'])(
  'a target %s is a 400',
  async (target) => {
    await using shop = await startShop();
    expect(await askRaw(shop.url, target)).toMatch(/^HTTP\/1\.1 400 /);
  },
);

// biome-ignore format: a list
const VALUES = [
  'http:evil.example', 'me:pw@evil.example', '@evil.example', '2130706433',
  '0x7f.1', '①②⑦.⓪.⓪.①', 'a?b=c', 'a#b', 'a;b', 'a&b', '%2e%2e', '%252e%252e%252f', ' ', 'é', '𝒳',
  ':80', 'a:b', '*', '~', "'\"<>", 'a+b', 'constructor', '__proto__',
];

test.each(VALUES)('a param %j stays in its segment below the base', async (value) => {
  await using shop = await startShop();
  await text(`${shop.url}q?sku=${encodeURIComponent(value)}`);
  const asked = shop.asked();
  // A dot segment is refused, in whatever encoding it comes.
  if (value === '%2e%2e') expect(asked).toEqual([]);
  else expect(asked).toEqual([`/team/item/${encodeURIComponent(value)}`]);
});

test.each([
  '..',
  '.',
  'a/b',
  'http://evil.example/',
  '../../x',
  '//evil.example',
  '\\evil',
  'a\\b',
  '',
])('a param %j is no segment: the slot fails, and no service is asked', async (value) => {
  await using shop = await startShop();
  expect(await text(`${shop.url}q?sku=${encodeURIComponent(value)}`)).toContain('>own<');
  expect(shop.asked()).toEqual([]);
});

test('what a visitor claims about the way of a request reaches no service', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { forward: { headers: ['*'], cookies: [], query: [] } }) },
    template: '<fragment-slot name="a" timeout-ms="9000"></fragment-slot>',
  });
  const claims = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-prefix': '/evil',
    forwarded: 'host=evil.example',
    'x-original-url': '/admin',
    'x-rewrite-url': '/admin',
    'x-http-method-override': 'DELETE',
    'proxy-authorization': 'Basic eA==',
    te: 'trailers',
    connection: 'close, x-hop',
    'x-hop': 'evil',
    'tessera-base': '/evil/',
    'tessera-deadline-ms': '1',
    range: 'bytes=0-0',
    'if-none-match': '*',
    cookie: 'session=secret',
  };
  await ask(shop.url, '/', claims);
  const sent = JSON.stringify(a.requests[0]?.rawHeaders);
  expect(sent).not.toMatch(/evil|10\.0\.0\.1|admin|DELETE|eA==|trailers|secret|x-hop|bytes=/);
  expect(a.requests[0]?.headers['tessera-base']).toBe('/_fragments/a/');
});

test('no answer for one visitor is served to another because of what was not in its key', async () => {
  await using a = await startServer((incoming, response) =>
    html(`<b>${JSON.stringify(incoming.headers)}</b>`, { 'cache-control': 'max-age=600' })(
      incoming,
      response,
    ),
  );
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { forward: { headers: ['x-forwarded-host'] } }) },
    template: '<fragment-slot name="a" timeout-ms="9000"></fragment-slot>',
  });
  const poison = {
    'x-forwarded-host': 'evil.example',
    'x-evil': 'evil',
    'accept-language': 'evil',
    'user-agent': 'evil',
    origin: 'https://evil.example',
  };
  expect((await ask(shop.url, '/?evil=1', poison)).body).not.toContain('evil');
  // Another Host is another site: it has an entry of its own.
  expect((await ask(shop.url, '/', { host: 'evil.example' })).body).toContain('evil.example');
  expect((await ask(shop.url, '/')).body).not.toContain('evil');
});

test('a suffix makes no page of another: nothing personal gets a name that caches keep', async () => {
  await using a = await startServer(html('<b>account</b>', { 'cache-control': 'private' }));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<fragment-slot name="a" timeout-ms="9000"></fragment-slot>',
    pages: { '/account': 'page.html', '/u/:name': 'page.html' },
  });
  for (const path of [
    '/account/x.css',
    '/account%3bx.css',
    '/account.css',
    '/account/',
    '/account%23x.css',
  ])
    expect([path, (await ask(shop.url, path)).status]).toEqual([path, 404]);
  for (const path of ['/account', '/account?x.css', '/u/x.css']) {
    const { headers } = await ask(shop.url, path);
    expect(headers['cache-control']).toBe('private, no-cache');
    expect(headers['cdn-cache-control']).toBeUndefined();
  }
});

test('data in a page cannot end its script, whatever it holds', async () => {
  await using build = await shellBuild();
  const values = [
    '</script><script>evil()</script>',
    '<!--<script>',
    '\u2028\u2029',
    '\ud800',
    '&lt;',
    ']]>',
  ];
  const remote = { entry: 'r.js', module: './w', mount: 'load', closure: { js: [], css: [] } };
  await using shop = await startComposer({
    shell: build.root,
    fragments: {
      a: inline('http://127.0.0.1:1/', {
        content: undefined,
        params: Object.fromEntries(
          values.map((value, i) => [`p${i}`, { type: 'string', default: value }]),
        ),
        remote,
      }),
    },
    template:
      '<!doctype html><html><head></head><body><fragment-slot name="a" render="client" mount="load" param-q="{query.q}"></fragment-slot></body></html>',
  });
  const q = '</script><img src=x>\u2028<!--';
  const page = await text(`${shop.url}?q=${encodeURIComponent(q)}`);
  const [, json = ''] = /id="tessera-page">(.*?)<\/script>/s.exec(page) ?? [];
  expect(json).not.toMatch(/[<>&\u2028\u2029]/);
  const { props } = JSON.parse(json).slots.a;
  expect(props).toEqual({ q, ...Object.fromEntries(values.map((value, i) => [`p${i}`, value])) });
  expect(page.isWellFormed()).toBe(true);
});

test('no name of a param, a key, a header or a fragment reaches the prototypes of objects', async () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  await using a = await startServer((_, response) => {
    response.socket?.end(
      `HTTP/1.1 200 OK\r\n__proto__: evil\r\nconstructor: evil\r\ncontent-type: text/html\r\ncache-control: max-age=600\r\nvary: __proto__, constructor\r\ncontent-length: 8\r\n\r\n<b>a</b>`,
    );
  });
  await using build = await shellBuild();
  const params = JSON.parse(`{${names.map((name) => `"${name}":{"type":"string"}`).join()}}`);
  await using shop = await startComposer({
    shell: build.root,
    fragments: {
      a: inline(a.url, {
        params,
        actions: ['act'],
        forward: { query: names, headers: ['constructor', '__proto__'], cookies: ['__proto__'] },
        remote: { entry: 'r.js', module: './w', mount: 'load', closure: { js: [], css: [] } },
      }),
    },
    templates: {
      'page.html': `<html><head></head><body><fragment-slot name="a" timeout-ms="9000" ${names
        .filter((name) => name === name.toLowerCase())
        .map((name) => `param-${name}="{query.${name}}"`)
        .join(' ')} slot-id="constructor"></fragment-slot></body></html>`,
    },
    pages: { '/:toString/:hasOwnProperty': 'page.html' },
  });
  const query = names.map((name) => `${name}=evil`).join('&');
  const page = await text(`${shop.url}a/b?${query}`, {
    headers: { ['__proto__']: 'x', cookie: '__proto__=x' },
  });
  expect(page).toContain('<b>a</b>');
  const [, json = ''] = /id="tessera-page">(.*?)<\/script>/s.exec(page) ?? [];
  expect(Object.entries(JSON.parse(json).slots.constructor.props).sort()).toEqual([
    ['__proto__', 'evil'],
    ['constructor', 'evil'],
    ['hasOwnProperty', 'b'],
    ['prototype', 'evil'],
    ['toString', 'a'],
  ]);
  await text(`${shop.url}_fragments/a/act`);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('evil');
  expect(({} as Record<string, unknown>).evil).toBeUndefined();
  expect(String({})).toBe('[object Object]');
});

test('a header that would break out of its line reaches neither visitor nor service', async () => {
  await using a = await startServer((incoming, response) => {
    if (incoming.url?.startsWith('/act'))
      response.socket?.end(
        'HTTP/1.1 200 OK\r\nx-a: b\rset-cookie: evil=1\r\ncontent-length: 0\r\n\r\n',
      );
    else
      html('<b>a</b>', {
        'content-language': 'en%0d%0aset-cookie: evil=1',
        link: '</x>; rel="a\\"; evil"',
      })(incoming, response);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['act'], forward: { query: ['*'] } }) },
    template: '<fragment-slot name="a" primary timeout-ms="9000"></fragment-slot>',
  });
  const page = await ask(shop.url, '/?q=a%20b', { 'x-request-id': 'x\t"evil"' });
  expect(page.headers['set-cookie']).toBeUndefined();
  expect(page.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
  const act = await ask(shop.url, '/_fragments/a/act');
  expect([act.status, act.headers['set-cookie']]).toEqual([502, undefined]);
});

test('who guesses tokens is slowed down; without tokens there is nothing to guess', async () => {
  const admin = { token: 'the-right-token-of-today' };
  await using shop = await startComposer({ template: 'x', admin });
  const asWith = async (path: string, token: string, method = 'GET') =>
    (await fetch(shop.url + path, { method, headers: { authorization: `Bearer ${token}` } }))
      .status;
  expect(await asWith('_tessera/metrics', admin.token)).toBe(200);
  // On ordinary pages a visitor may have a token of another kind.
  for (let n = 0; n < 30; n++) expect(await asWith('', `visitor-${n}`)).toBe(200);
  expect(
    (await fetch(shop.url, { headers: { authorization: `Bearer ${admin.token}` } })).headers.get(
      'server-timing',
    ),
  ).toBe(null);
  expect(await asWith('_tessera/metrics', admin.token)).toBe(200);
  for (let n = 0; n < 10; n++) expect(await asWith('_tessera/registry', `guess-${n}`)).toBe(401);
  const refused = await fetch(`${shop.url}_tessera/registry`, {
    headers: { authorization: `Bearer ${admin.token}` },
  });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  expect(await asWith('_tessera/purge', 'guess', 'POST')).toBe(429);
  expect(await text(`${shop.url}?tessera=report`)).toBe('x');
  expect((await fetch(`${shop.url}_tessera/health`)).status).toBe(200);

  await using open = await startComposer({ template: 'x' });
  for (const method of ['GET', 'POST', 'PUT', 'OPTIONS'])
    for (const path of ['metrics', 'registry', 'purge', 'nowhere'])
      expect((await fetch(`${open.url}_tessera/${path}`, { method })).status).toBe(404);
});

test('what a visitor or a service says stays one line of the log', async () => {
  const evil = 'x\n{"level":60,"msg":"evil"}\r\n\u001b[31m\u2028';
  await using site = await folder({
    'page.html': '<fragment-slot name="a" param-sku="{query.sku}">own</fragment-slot>',
    'c.json': JSON.stringify({
      port: 0,
      templates: '.',
      pages: { '/': 'page.html' },
      fragments: {
        a: inline('http://127.0.0.1:1/', { content: ':sku', params: { sku: { type: 'string' } } }),
      },
      log: { pages: 'all' },
    }),
  });
  const { child, url, exited } = runCli(['serve', '--config', `${site.root}/c.json`]);
  const shop = await url;
  const value = encodeURIComponent(evil.replace(/[\r\n]/g, ''));
  await ask(shop, `/?sku=${value}`, {
    'x-request-id': 'evil"}',
    'user-agent': 'evil',
    traceparent: 'evil',
  });
  child.kill('SIGTERM');
  const { stdout } = await exited;
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('listening'));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(JSON.parse(line).level).toBeLessThan(60);
    // Nothing that a terminal would act on.
    expect(line).not.toMatch(/\p{Cc}/u);
  }
});

test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'LOCK'])(
  '%s: an error page tells nothing of the inside',
  async (method) => {
    await using a = await startServer((_, response) =>
      response.writeHead(500, { 'x-inside': 'secret', server: 'secret' }).end('secret at db.ts:12'),
    );
    await using shop = await startComposer({
      fragments: { a: inline(a.url, { actions: ['act'] }) },
      templates: {
        'page.html': '<fragment-slot name="a" primary timeout-ms="9000"></fragment-slot>',
        'none.html': '<fragment-slot name="a" timeout-ms="9000"></fragment-slot>',
      },
      pages: { '/': 'page.html', '/none': 'none.html' },
    });
    for (const path of [
      '',
      'none',
      'nowhere',
      '_fragments/a/any',
      '_fragments/a/none',
      '_tessera/registry',
    ]) {
      const answer = await fetch(shop.url + path, { method });
      const said = JSON.stringify([...answer.headers]) + (await answer.text());
      expect(said).not.toMatch(
        /secret|127\.0\.0\.1|FRAGMENT_|\.ts\b|node:|at \w+ \(|x-powered-by|undici/i,
      );
    }
  },
);
