import { request } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const setup = (url: string, manifest: Record<string, unknown> = {}) =>
  startComposer({
    fragments: {
      a: inline(`${url}a/`, { content: ':sku', actions: [':sku', 'api/*rest'], ...manifest }),
    },
    template: 'plain',
  });

test('passthrough reaches assets, content and actions, and nothing else', async () => {
  await using a = await startServer((request, response) =>
    html(`${request.method} ${request.url}`)(request, response),
  );
  await using shop = await setup(a.url);
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`${shop.url}_fragments/a/${path}`, { method });
    return [response.status, response.status === 200 ? await response.text() : ''];
  };
  expect(await ask('assets/x.js')).toEqual([200, 'GET /a/assets/x.js']);
  expect(await ask('mug-1')).toEqual([200, 'GET /a/mug-1']);
  expect(await ask('mug-1', 'POST')).toEqual([200, 'POST /a/mug-1']);
  expect(await ask('api/x/y?z=1')).toEqual([200, 'GET /a/api/x/y?z=1']);
  expect(await ask('health/x')).toEqual([404, '']);
  expect(await ask('fragment.json/x')).toEqual([404, '']);
  expect(await ask('assets/x.js', 'POST')).toEqual([404, '']);
  expect((await fetch(`${shop.url}_fragments/b/x`)).status).toBe(404);
});

test('an action gets the body, its headers and the page it came from', async () => {
  const received = Promise.withResolvers<string>();
  await using a = await startServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.resolve(body);
    response
      .writeHead(303, {
        location: '/p/1#reviews',
        'set-cookie': 'session=1',
        'x-own': '1',
        nel: 'x',
      })
      .end();
  });
  await using shop = await setup(a.url, { setCookies: ['session'] });
  const { origin } = new URL(shop.url);
  const response = await fetch(`${shop.url}_fragments/a/mug-1`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ stars: '5' }),
    headers: { referer: `${origin}/p/1?x=1`, origin, cookie: 'session=0', authorization: 'x' },
  });
  expect(await received.promise).toBe('stars=5');
  expect(a.requests[0]?.headers).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    'content-length': '7',
    referer: '/p/1?x=1',
    'tessera-base': '/_fragments/a/',
    'x-forwarded-host': new URL(shop.url).host,
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '127.0.0.1',
  });
  expect(a.requests[0]?.headers).not.toHaveProperty('cookie');
  expect(a.requests[0]?.headers).not.toHaveProperty('authorization');
  expect(response.status).toBe(303);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    location: '/p/1#reviews',
    'set-cookie': 'session=1; Path=/; SameSite=Lax',
    'x-own': '1',
  });
  expect(response.headers.has('nel')).toBe(false);
});

test.each([
  [{ origin: 'https://evil.example' }, 403],
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: 'https://partner.example', 'sec-fetch-site': 'cross-site' }, 200],
  [{ 'sec-fetch-site': 'same-origin' }, 200],
])('an unsafe request with %o is answered %i', async (headers, status) => {
  await using a = await startServer(html('done'));
  await using shop = await setup(a.url, { cors: ['https://partner.example'] });
  const response = await fetch(`${shop.url}_fragments/a/mug-1`, {
    method: 'POST',
    headers: headers as HeadersInit,
  });
  expect(response.status).toBe(status);
  expect(a.requests).toHaveLength(status === 200 ? 1 : 0);
});

test('content is contained as in a page, and sandboxed as a document', async () => {
  await using a = await startServer(html('<b>open', { 'set-cookie': 'x=1' }));
  await using shop = await setup(a.url);
  const response = await fetch(`${shop.url}_fragments/a/mug-1`);
  expect(await response.text()).toBe('<b>open</b>');
  expect(response.headers.get('content-security-policy')).toBe('sandbox');
  expect(response.headers.get('set-cookie')).toBeNull();
});

test('assets keep their caching headers, ranges and conditionals, and are public', async () => {
  await using a = await startServer((request, response) => {
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304, { etag: '"1"' }).end();
    else if (request.headers.range)
      response.writeHead(206, { 'content-range': 'bytes 0-1/4' }).end('ab');
    else
      response
        .writeHead(200, { etag: '"1"', 'cache-control': 'max-age=9', 'set-cookie': 'a=1' })
        .end('abcd');
  });
  await using shop = await setup(a.url, { forward: { cookies: ['a'] }, setCookies: ['a'] });
  const url = `${shop.url}_fragments/a/assets/x.js`;
  const first = await fetch(url, { headers: { cookie: 'a=1' } });
  expect([first.headers.get('cache-control'), first.headers.get('set-cookie')]).toEqual([
    'max-age=9',
    null,
  ]);
  expect(a.requests[0]?.headers).not.toHaveProperty('cookie');
  expect((await fetch(url, { headers: { 'if-none-match': '"1"' } })).status).toBe(304);
  expect((await fetch(url, { headers: { range: 'bytes=0-1' } })).status).toBe(206);
});

test('an action that does not answer in its time is a 504, one that is gone a 502', async () => {
  await using a = await startServer(() => {});
  await using shop = await setup(a.url, { actionTimeoutMs: 50 });
  const post = async () =>
    (await fetch(`${shop.url}_fragments/a/mug-1`, { method: 'POST' })).status;
  expect(await post()).toBe(504);
  await a.close();
  expect(await post()).toBe(502);
});

test('what the manifest names as an asset is one, wherever it lies', async () => {
  await using a = await startServer((request, response) =>
    html(`${request.url}`)(request, response),
  );
  await using shop = await setup(a.url, {
    actions: [],
    content: 'page',
    assets: [{ rel: 'stylesheet', href: 'dist/a.css' }],
    remote: {
      entry: 'dist/entry.js',
      module: './widget',
      closure: { js: ['dist/w.js'], css: ['dist/w.css'] },
    },
  });
  const ask = async (path: string, method = 'GET') =>
    (await fetch(`${shop.url}_fragments/a/${path}`, { method })).status;
  for (const path of ['dist/a.css', 'dist/entry.js', 'dist/w.js', 'dist/w.css']) {
    expect(await ask(path)).toBe(200);
  }
  expect(await ask('dist/other.js')).toBe(404);
  expect(await ask('dist/a.css', 'POST')).toBe(404);
});

test('actionTimeoutMs is exact for the headers and for each pause of the body, and not their sum', async () => {
  const timeoutMs = 1010; // coarse timers tick at 998 and 1497
  await using a = await startServer((request, response) => {
    if (request.url === '/a/api/silent') return;
    response.writeHead(200, { 'content-type': 'text/plain' }).write('x');
    if (request.url === '/a/api/stalls') return;
    let pieces = 0;
    const timer = setInterval(() => {
      response.write('x');
      if (++pieces < 4) return;
      clearInterval(timer);
      response.end();
    }, timeoutMs / 3);
  });
  await using shop = await setup(a.url, { actionTimeoutMs: timeoutMs });
  const ask = (path: string) => fetch(`${shop.url}_fragments/a/api/${path}`);
  const outcome = (body: Promise<string>) => body.catch(() => 'broken off');
  const results = Promise.all([
    ask('silent').then((response) => response.status),
    outcome(ask('stalls').then((response) => response.text())),
  ]);
  const whole = outcome(ask('steady').then((response) => response.text()));
  const patience = sleep(1.3 * timeoutMs, 'too late');
  expect(await Promise.race([results, patience])).toEqual([504, 'broken off']);
  expect(await whole).toBe('xxxxx');
});

test('a slow visitor costs no listeners', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  await using a = await startServer((_, response) => response.end(Buffer.alloc(32 * 1024 * 1024)));
  await using shop = await setup(a.url);
  const response = await fetch(`${shop.url}_fragments/a/assets/large`);
  let bytes = 0;
  for await (const chunk of response.body ?? []) bytes += chunk.length;
  await sleep(0); // warnings are given on the next tick
  process.off('warning', note);
  expect(bytes).toBe(32 * 1024 * 1024);
  expect(warnings).toEqual([]);
});

test('a visitor who leaves ends the action', async () => {
  const left = Promise.withResolvers<void>();
  const visit = new AbortController();
  await using a = await startServer((_, response) => {
    response.on('close', () => left.resolve());
    visit.abort();
  });
  await using shop = await setup(a.url);
  await expect(fetch(`${shop.url}_fragments/a/api/x`, { signal: visit.signal })).rejects.toThrow();
  await left.promise;
});

test('a visitor that waits for 100 is asked for its body only when it is wanted', async () => {
  await using a = await startServer((request, response) => {
    request.resume().on('end', () => response.end('taken'));
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['upload'] }) },
    template: '<p>x</p>',
    limits: { maxRequestBytes: 1000 },
  });
  const ask = (headers: Record<string, string>) =>
    new Promise<{ continued: boolean; status: number; connection: string }>((resolve, reject) => {
      let continued = false;
      const url = new URL('_fragments/a/upload', shop.url);
      const outgoing = request(url, {
        method: 'POST',
        headers: { expect: '100-continue', ...headers },
      });
      outgoing.on('continue', () => {
        continued = true;
        outgoing.end('x'.repeat(10));
      });
      outgoing.on('response', (response) => {
        response.resume();
        outgoing.destroy();
        const { statusCode: status = 0 } = response;
        resolve({ continued, status, connection: response.headers.connection ?? '' });
      });
      outgoing.on('error', reject).flushHeaders();
    });
  expect(await ask({ 'content-length': '10' })).toMatchObject({ continued: true, status: 200 });
  const refused = { continued: false, connection: 'close' };
  expect(await ask({ 'content-length': '2000' })).toEqual({ ...refused, status: 413 });
  expect(await ask({ 'content-length': '10', 'sec-fetch-site': 'cross-site' })).toEqual({
    ...refused,
    status: 403,
  });
});

test("an action's server-sent events come as they are sent, until they rest too long", async () => {
  const more = Promise.withResolvers<void>();
  await using a = await startServer(async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    await more.promise;
    response.write('data: 2\n\n');
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['events'], actionTimeoutMs: 300 }) },
    template: '<p>x</p>',
  });
  const { body, headers } = await fetch(`${shop.url}_fragments/a/events`);
  expect(headers.get('content-type')).toBe('text/event-stream');
  const reader = body?.getReader();
  const read = async () => Buffer.from((await reader?.read())?.value ?? '').toString();
  expect(await read()).toBe('data: 1\n\n');
  more.resolve();
  expect(await read()).toBe('data: 2\n\n');
  await expect(read()).rejects.toThrow();
});

test('an upload of 100 MB flows through no faster than its service takes it', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  let received = 0;
  await using a = await startServer(async (incoming, response) => {
    for await (const piece of incoming) {
      received += piece.length;
      await sleep(1);
    }
    response.end(String(received));
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['upload'] }) },
    template: '<p>x</p>',
  });
  let ahead = 0;
  async function* body() {
    for (let sent = 0; sent < 100 * chunk.length; sent += chunk.length) {
      yield chunk;
      ahead = Math.max(ahead, sent - received);
    }
  }
  const init = { method: 'POST', body: Readable.from(body()), duplex: 'half' } as unknown;
  expect(await text(`${shop.url}_fragments/a/upload`, init as RequestInit)).toBe(
    String(100 * chunk.length),
  );
  expect(ahead).toBeLessThan(30 * chunk.length);
}, 60_000);

test('a visitor who is refused reads the site’s own page, a program a short text', async () => {
  await using dead = await startServer((request) => request.socket.destroy());
  await using slow = await startServer(() => {});
  await using shop = await startComposer({
    fragments: {
      dead: inline(dead.url, { actions: ['*'] }),
      slow: inline(slow.url, { actions: ['*'], actionTimeoutMs: 50 }),
    },
    templates: { 'page.html': 'plain', 'error.html': '<h1>Oh {status}</h1><a href="/">Home</a>' },
    errorPage: { default: 'error.html' },
    limits: { maxRequestBytes: 1000 },
  });
  // `fetch` would name a mode of its own.
  const post = (path: string, headers: Record<string, string>, body = 'sku=1') =>
    new Promise<unknown[]>((resolve, reject) => {
      const sent = request(`${shop.url}_fragments/${path}`, { method: 'POST', headers });
      sent.on('error', reject).on('response', async (response) => {
        let answer = '';
        for await (const chunk of response) answer += chunk;
        resolve([response.statusCode, response.headers['content-type'], answer]);
      });
      sent.end(body);
    });
  const html = (status: number) => [
    status,
    'text/html; charset=utf-8',
    `<h1>Oh ${status}</h1><a href="/">Home</a>`,
  ];
  const short = (status: number) => [
    status,
    'text/plain; charset=utf-8',
    expect.stringMatching(/^[A-Z].+\.\n$/),
  ];
  const form = { 'sec-fetch-mode': 'navigate', accept: 'text/html,*/*;q=0.8' };
  expect(await post('dead/x', form)).toEqual(html(502));
  expect(await post('slow/x', form)).toEqual(html(504));
  expect(await post('dead/x', { ...form, 'sec-fetch-site': 'cross-site' })).toEqual(html(403));
  expect(await post('dead/x', form, 'x'.repeat(2000))).toEqual(html(413));
  expect(await post('none/x', form)).toEqual(html(404));
  for (const headers of [{ accept: '*/*' }, { accept: 'application/json, text/html;q=0.1' }])
    expect(await post('dead/x', headers)).toEqual(short(502));
  expect(await post('dead/x', { ...form, 'sec-fetch-mode': 'cors' })).toEqual(short(502));
});
