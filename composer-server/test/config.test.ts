import { once } from 'node:events';
import express from 'express';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

test.each([
  [{ prot: 3000 }, 'prot', 'OPTION_UNKNOWN'],
  [{ port: '3000' }, 'port', 'OPTION_INVALID'],
  [{ port: 70_000 }, 'port', 'OPTION_INVALID'],
  [{ pages: { home: 'page.html' } }, 'pages["home"]', 'OPTION_INVALID'],
  [{ pages: { '/%zz': 'page.html' } }, 'pages["/%zz"]', 'OPTION_INVALID'],
  [{ pages: { '/a\u0001': 'page.html' } }, 'pages["/a', 'OPTION_INVALID'],
  [{ pages: { '/a%2Fb': 'page.html' } }, 'pages["/a%2Fb"]', 'OPTION_INVALID'],
  [{ pages: { '/:': 'page.html' } }, 'pages["/:"]', 'OPTION_INVALID'],
  [
    { pages: { '/': { template: 'page.html', deadline: 5 } } },
    'pages["/"].deadline',
    'OPTION_UNKNOWN',
  ],
  [
    { pages: { '/': { template: 'page.html', deadlineMs: 0 } } },
    'pages["/"].deadlineMs',
    'OPTION_INVALID',
  ],
  [{ fragments: { Reviews: 'http://127.0.0.1/' } }, 'fragments.Reviews', 'OPTION_INVALID'],
  [{ fragments: { a: 'http://127.0.0.1/a' } }, 'fragments.a', 'OPTION_INVALID'],
  [{ fragments: { a: 'ftp://127.0.0.1/' } }, 'fragments.a', 'OPTION_INVALID'],
  [
    { fragments: { a: { url: 'http://127.0.0.1/', timeout: 5 } } },
    'fragments.a.timeout',
    'OPTION_UNKNOWN',
  ],
  [{ errorPage: { 200: 'page.html' } }, 'errorPage.200', 'OPTION_INVALID'],
  [{ static: { assets: '.' } }, 'static', 'OPTION_INVALID'],
  [{ static: { '/assets/': './nowhere' } }, 'static["/assets/"]', 'OPTION_INVALID'],
  [{ static: { '/_tessera/own/': '.' } }, '/_tessera/own/', 'OPTION_INVALID'],
  [{ static: { '/_fragments/': '.' } }, '/_fragments/', 'OPTION_INVALID'],
  [{ pages: { '/p/:sku': 'page.html', '/p/:id': 'page.html' } }, '/p/:sku', 'OPTION_INVALID'],
  [{ port: null }, 'port', 'OPTION_INVALID'],
  [
    { fragments: { a: { url: 'http://127.0.0.1/', manifest: null } } },
    '.manifest',
    'OPTION_INVALID',
  ],
  [{ trustProxy: ['10.0.0.0/33'] }, 'trustProxy[0]', 'OPTION_INVALID'],
  [{ redirects: ['https://x.example/path'] }, 'redirects[0]', 'OPTION_INVALID'],
  [{ publicOrigin: 'shop.example' }, 'publicOrigin', 'OPTION_INVALID'],
  [{ log: { level: 'loud' } }, 'log.level', 'OPTION_INVALID'],
  [{ log: { pages: 'none' } }, 'log.pages', 'OPTION_INVALID'],
  [{ shell: 'nowhere' }, 'nowhere', 'SHELL_UNREADABLE'],
  [{ pages: { '/': 'gone.html' } }, 'gone.html', 'TEMPLATE_UNREADABLE'],
  [{ pages: { '/': '../../etc/passwd' } }, '../../etc/passwd', 'TEMPLATE_UNREADABLE'],
  [
    { pages: { '/': { template: 'page.html', layout: 'gone.html' } } },
    'gone.html',
    'TEMPLATE_UNREADABLE',
  ],
])('%j is one error with place and remedy', async (config, place, code) => {
  const start = startComposer({ template: 'plain', ...(config as object) });
  await expect(start).rejects.toMatchObject({
    code,
    message: expect.stringContaining(place),
    hint: expect.stringMatching(/\S/),
  });
});

test('static files are served, hashed names immutable and hidden ones not at all', async () => {
  await using shop = await startComposer({
    template: 'plain',
    templates: { 'site.css': 'a{}', 'app-B1xQ9zA0.js': '1', '.env': 'secret' },
    static: { '/assets/': '.' },
  });
  const ask = async (path: string) => {
    const response = await fetch(shop.url + path);
    return [
      response.status,
      response.headers.get('cache-control'),
      response.headers.get('content-type'),
    ];
  };
  expect(await ask('assets/site.css')).toEqual([
    200,
    'public, no-cache',
    'text/css; charset=utf-8',
  ]);
  expect(await ask('assets/app-B1xQ9zA0.js')).toEqual([
    200,
    'public, max-age=31536000, immutable',
    'text/javascript; charset=utf-8',
  ]);
  expect((await ask('assets/.env'))[0]).toBe(404);
  expect((await ask('assets/'))[0]).toBe(404);
});

test('express() serves pages and leaves other paths to the app', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<fragment-slot name="a"></fragment-slot>',
  });
  const app = express();
  app.use(shop.composer.express());
  app.get('/own', (_, response) => void response.send('own'));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  expect(await text(`${url}/`)).toContain('<b>a</b>');
  expect(await text(`${url}/own`)).toBe('own');
  expect((await fetch(`${url}/none`)).status).toBe(404);
  server.close();
});

test('who a visitor is comes from trusted proxies only', async () => {
  await using a = await startServer((request, response) =>
    html(
      `<i>${request.headers['x-forwarded-proto']} ${request.headers['x-forwarded-host']} ${request.headers['x-forwarded-for']}</i>`,
    )(request, response),
  );
  const setup = {
    fragments: {
      a: inline(a.url, {
        forward: { headers: ['x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-for'] },
      }),
    },
    template: '<fragment-slot name="a"></fragment-slot>',
  };
  const headers = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
    'x-forwarded-for': '6.6.6.6, 9.9.9.9',
  };
  await using trusting = await startComposer({ ...setup, trustProxy: ['127.0.0.0/8'] });
  expect(await text(trusting.url, { headers })).toContain('<i>https shop.example 9.9.9.9</i>');
  await using wary = await startComposer(setup);
  expect(await text(wary.url, { headers })).toContain(
    `<i>http ${new URL(wary.url).host} 127.0.0.1</i>`,
  );
});

test('what is the composer’s own is never taken by a page for everything', async () => {
  await using shop = await startComposer({ template: 'mine', pages: { '/*rest': 'page.html' } });
  const ask = async (path: string) => {
    const response = await fetch(shop.url + path);
    return [response.status, (await response.text()) === 'mine'];
  };
  expect(await ask('any/thing')).toEqual([200, true]);
  expect(await ask('_fragments/none/x')).toEqual([404, false]);
  expect(await ask('_tessera/none')).toEqual([404, false]);
  expect(await ask('_tessera/health')).toEqual([200, false]);
});
