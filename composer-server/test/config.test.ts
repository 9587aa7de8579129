import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

test.each([
  [{ prot: 3000 }, 'prot', 'OPTION_UNKNOWN'],
  [{ port: '3000' }, 'port', 'OPTION_INVALID'],
  [{ port: 70_000 }, 'port', 'OPTION_INVALID'],
  [{ pages: { home: 'page.html' } }, 'pages["home"]', 'OPTION_INVALID'],
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

test('a changed template is taken up, a broken one leaves the last good one in use', async () => {
  await using shop = await startComposer({ template: 'one' });
  expect(await text(shop.url)).toBe('one');
  await writeFile(join(shop.root, 'page.html'), 'two');
  await expect.poll(() => text(shop.url)).toBe('two');
  await writeFile(
    join(shop.root, 'page.html'),
    'broken <fragment-slot name="nobody"></fragment-slot>',
  );
  await writeFile(join(shop.root, 'other.html'), 'x');
  await expect(
    shop.composer.reload({ pages: { '/': 'gone.html' }, templates: shop.root }),
  ).rejects.toMatchObject({
    code: 'TEMPLATE_UNREADABLE',
  });
  expect(await text(shop.url)).toBe('two');
  await shop.composer.reload({ pages: { '/': 'other.html' }, templates: shop.root });
  expect(await text(shop.url)).toBe('x');
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

/** The command line, as its users run it. */
function runCli(args: string[]) {
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const lines: string[] = [];
  const url = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      const found = /^listening on (\S+)$/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  const exited = once(child, 'exit').then(([code]) => ({ code, stderr }));
  return { child, url, exited, lines };
}

async function folder(files: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), 'tessera-cli-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

const CONFIG = { port: 0, templates: '.', pages: { '/': 'page.html' } };

test('tessera serve runs a .json configuration, takes up changes and drains on SIGTERM', async () => {
  await using site = await folder({
    'page.html': 'one',
    'two.html': 'two',
    'c.json': JSON.stringify(CONFIG),
  });
  const cli = runCli(['serve', '--config', join(site.root, 'c.json')]);
  const url = await cli.url;
  expect(await text(url)).toBe('one');
  await writeFile(join(site.root, 'c.json'), '{ "pages": ');
  await writeFile(
    join(site.root, 'c.json'),
    JSON.stringify({ ...CONFIG, pages: { '/': 'two.html' } }),
  );
  await expect.poll(() => text(url), { timeout: 10_000 }).toBe('two');
  cli.child.kill('SIGTERM');
  expect((await cli.exited).code).toBe(0);
});

test('the log has one JSON line for a page with a problem, and for all pages when asked', async () => {
  const page = '<fragment-slot name="a"></fragment-slot>';
  const fragments = { a: { url: 'http://127.0.0.1:1/', manifest: { version: '1', content: 'x' } } };
  for (const [pages, expected] of [
    ['problems', ['page with problems']],
    ['all', ['page', 'page with problems']],
  ] as const) {
    const pagesOf = { '/plain': 'plain.html', '/': 'page.html' };
    const config = { ...CONFIG, pages: pagesOf, fragments, log: { pages } };
    await using site = await folder({
      'page.html': page,
      'plain.html': 'x',
      'c.json': JSON.stringify(config),
    });
    const cli = runCli(['serve', '--config', join(site.root, 'c.json')]);
    const url = await cli.url;
    await text(`${url}plain`);
    await text(url, { headers: { 'x-request-id': 'request-1' } });
    cli.child.kill('SIGTERM');
    await cli.exited;
    const entries = cli.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(entries.map(({ msg }) => msg)).toEqual(expected);
    expect(entries.at(-1)).toMatchObject({
      requestId: 'request-1',
      page: '/',
      problems: [{ slot: 'a', code: 'FRAGMENT_UNREACHABLE' }],
    });
  }
});

test('tessera serve runs a .ts configuration', async () => {
  const source = `const config: { port: number } & Record<string, unknown> = ${JSON.stringify(CONFIG)};\nexport default config;\n`;
  await using site = await folder({ 'page.html': 'typed', 'c.ts': source });
  const cli = runCli(['serve', '--config', join(site.root, 'c.ts')]);
  expect(await text(await cli.url)).toBe('typed');
  cli.child.kill('SIGTERM');
  await cli.exited;
});

test.each([
  ['an unknown option', { ...CONFIG, prot: 1 }, 'OPTION_UNKNOWN'],
  ['a broken template', { ...CONFIG, pages: { '/': 'broken.html' } }, 'broken.html:1:1'],
  ['no such file', undefined, 'CONFIG_UNREADABLE'],
])('tessera serve ends with exit code 1 and one message for %s', async (_, config, expected) => {
  await using site = await folder({
    'page.html': 'x',
    'broken.html': '<fragment-slot></fragment-slot>',
    ...(config ? { 'c.json': JSON.stringify(config) } : {}),
  });
  const { code, stderr } = await runCli(['serve', '--config', join(site.root, 'c.json')]).exited;
  expect(code).toBe(1);
  expect(stderr).toContain(expected);
  expect(stderr).toContain('→');
  expect(stderr).not.toContain('    at ');
});

test('a port in use is named with the option that changes it', async () => {
  await using other = await startServer(html('x'));
  await using site = await folder({
    'page.html': 'x',
    'c.json': JSON.stringify({ ...CONFIG, port: other.port }),
  });
  const { code, stderr } = await runCli(['serve', '--config', join(site.root, 'c.json')]).exited;
  expect([code, stderr]).toEqual([1, expect.stringContaining(`Port ${other.port}`)]);
  expect(stderr).toContain('--port');
});
