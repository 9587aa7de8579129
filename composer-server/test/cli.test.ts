import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, runCli } from './cli.ts';
import { html, startServer, text } from './servers.ts';

const CONFIG = { port: 0, templates: '.', pages: { '/': 'page.html' } };

test('tessera serve runs a .json configuration, takes up changes and drains on SIGTERM', async () => {
  await using site = await folder({
    'page.html': 'start',
    'one.html': 'one',
    'two.html': 'two',
    'c.json': JSON.stringify(CONFIG),
  });
  const file = join(site.root, 'c.json');
  const cli = runCli(['serve', '--config', file]);
  const url = await cli.url;
  expect(await text(url)).toBe('start');
  for (const page of ['two', 'one', 'two']) {
    // As editors save: a new file takes the old one's name.
    await writeFile(`${file}.new`, JSON.stringify({ ...CONFIG, pages: { '/': `${page}.html` } }));
    await rename(`${file}.new`, file);
    await expect.poll(() => text(url), { timeout: 10_000 }).toBe(page);
  }
  await writeFile(file, JSON.stringify(CONFIG)); // in place
  await expect.poll(() => text(url), { timeout: 10_000 }).toBe('start');
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
  [
    'an unknown option',
    { 'c.json': { ...CONFIG, prot: 1 } },
    [/c\.json: .*"prot".*OPTION_UNKNOWN/],
  ],
  [
    'an unknown option in a .ts file',
    { 'c.ts': 'export default { prot: 1 };' },
    [/c\.ts: .*"prot".*OPTION_UNKNOWN/],
  ],
  [
    'a mistake in an inline manifest',
    { 'c.json': { ...CONFIG, fragments: { a: { url: 'http://127.0.0.1/', manifest: {} } } } },
    [/c\.json: .*"version".*MANIFEST_INVALID/],
  ],
  [
    'a broken template',
    { 'c.json': { ...CONFIG, pages: { '/': 'broken.html' } } },
    [/broken\.html:1:1/],
  ],
  ['no such file', { 'c.json': undefined }, [/c\.json: .*no such file.*CONFIG_UNREADABLE/]],
  ['no such .ts file', { 'c.ts': undefined }, [/c\.ts: .*no such file.*CONFIG_UNREADABLE/]],
  ['broken JSON', { 'c.json': '{\n  "port": 1,\n}' }, [/c\.json:3:1: .*CONFIG_UNREADABLE/]],
  [
    'broken TypeScript',
    { 'c.ts': 'const a = 1;\nexport default { a,, };' },
    [/c\.ts:2:20: .*CONFIG_UNREADABLE/],
  ],
  [
    'broken TypeScript in another file',
    { 'c.ts': "export { default } from './h.ts';", 'h.ts': 'export default { a,, };' },
    [/h\.ts:1:20: .*CONFIG_UNREADABLE/],
  ],
  [
    'a name that is not there',
    { 'c.ts': '\nexport default { a: y.z };' },
    [/c\.ts:2:21: .*y is not/],
  ],
  ['no default export', { 'c.ts': 'export const a = 1;' }, [/c\.ts: .*no default export/]],
])('tessera serve ends with exit code 1 and one message for %s', async (_, files, expected) => {
  const written = Object.entries(files).flatMap(([name, content]) =>
    content === undefined
      ? []
      : [[name, typeof content === 'string' ? content : JSON.stringify(content)]],
  );
  await using site = await folder({
    'page.html': 'x',
    'broken.html': '<fragment-slot></fragment-slot>',
    ...Object.fromEntries(written),
  });
  const [name = ''] = Object.keys(files);
  const cli = runCli(['serve', '--config', join(site.root, name)]);
  const { code, stderr } = await cli.exited;
  expect(code).toBe(1);
  for (const pattern of expected) expect(stderr).toMatch(pattern);
  expect(stderr.match(/→/g)).toHaveLength(1);
  expect(stderr).not.toContain('    at ');
  expect(cli.lines).toEqual([]);
});

test('a manifest that is wrong is reported once', async () => {
  await using a = await startServer((_, response) => response.end('{ "version": 1 }'));
  const config = { ...CONFIG, fragments: { a: a.url } };
  await using site = await folder({ 'page.html': 'x', 'c.json': JSON.stringify(config) });
  const cli = runCli(['serve', '--config', join(site.root, 'c.json')]);
  expect(await cli.exited).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('MANIFEST_INVALID'),
  });
  expect(cli.lines).toEqual([]);
});

test.each([
  [['--config', 'c.json'], 'COMMAND_INVALID', /command is missing/],
  [['srve'], 'COMMAND_INVALID', /"srve"/],
  [['serve', 'c.json'], 'COMMAND_INVALID', /"c\.json".*--config/],
  [['serve', '--prot', '1'], 'COMMAND_INVALID', /Unknown option '--prot'\. \[/],
  [['serve', '--port'], 'COMMAND_INVALID', /--port/],
  [['serve', '--port', 'abc'], 'COMMAND_INVALID', /--port.*"abc"/],
  [['serve', '--port', '70000'], 'COMMAND_INVALID', /--port.*"70000"/],
  [
    ['serve', '--config', '/nowhere/c.ts'],
    'CONFIG_UNREADABLE',
    /^\/nowhere\/c\.ts: .*no such file/,
  ],
])('tessera %j is one message, with exit code 1', async (args, errorCode, expected) => {
  const cli = runCli(args);
  const { code, stderr } = await cli.exited;
  expect(code).toBe(1);
  expect(stderr).toMatch(expected);
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringContaining(`[${errorCode}]`),
    expect.stringMatching(/^ {2}→ \S/),
  ]);
  expect(cli.lines).toEqual([]);
});

test('tessera --help says what there is, with exit code 0', async () => {
  for (const args of [['--help'], ['serve', '-h']]) {
    const cli = runCli(args);
    expect(await cli.exited).toMatchObject({ code: 0, stderr: '' });
    expect(cli.lines.join('\n')).toMatch(/Usage: tessera serve --config.*--port.*--host/s);
  }
});

test('what a reload cannot take is one line of the log, and what has no effect a warning', async () => {
  const write = (config: unknown) =>
    writeFile(file, typeof config === 'string' ? config : JSON.stringify(config));
  await using site = await folder({
    'page.html': 'one',
    'two.html': 'two',
    'c.json': `\uFEFF${JSON.stringify(CONFIG)}`,
  });
  const file = join(site.root, 'c.json');
  const cli = runCli(['serve', '--config', file]);
  const url = await cli.url;
  const log = () =>
    cli.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const logged = (count: number) =>
    expect.poll(() => log().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
  await write('{ "pages": ');
  await logged(1);
  await write({ ...CONFIG, prot: 1 });
  await logged(2);
  await write({ ...CONFIG, port: 1, host: 'localhost', pages: { '/': 'two.html' } });
  await logged(5);
  expect(await text(url)).toBe('two');
  cli.child.kill('SIGTERM');
  const { code, stderr } = await cli.exited;
  expect([code, stderr]).toEqual([0, '']);
  expect(log()).toEqual([
    expect.objectContaining({ level: 50, code: 'CONFIG_UNREADABLE' }),
    expect.objectContaining({
      level: 50,
      code: 'OPTION_UNKNOWN',
      msg: expect.stringContaining('c.json: '),
    }),
    expect.objectContaining({ level: 30, msg: 'configuration reloaded' }),
    expect.objectContaining({ level: 40, option: 'port' }),
    expect.objectContaining({ level: 40, option: 'host' }),
  ]);
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

test('tessera check tells every mistake, and ends with exit code 1', async () => {
  await using wrong = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"version":1}');
  });
  await using right = await startServer((_, response) => {
    const manifest = { version: '1', content: ':sku', params: { limit: { type: 'integer' } } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(manifest));
  });
  const config = {
    ...CONFIG,
    templates: '.',
    drainMs: 'long',
    colour: 'red',
    pages: {
      '/': 'good.html',
      '/a': 'slot.html',
      '/b': 'missing.html',
      '/c/:sku': { template: 'good.html', deadline: 1 },
    },
    fragments: { wrong: wrong.url, right: right.url, absent: 'http://127.0.0.1:1/', odd: 'odd' },
  };
  await using site = await folder({
    'good.html':
      '<fragment-slot name="right"></fragment-slot><fragment-slot name="odd"></fragment-slot>',
    'slot.html': '<p>\n<fragment-slot name="nobody"></fragment-slot></p>',
    'c.json': JSON.stringify(config),
  });
  const { code, stdout, stderr } = await runCli(['check', '--config', join(site.root, 'c.json')])
    .exited;
  expect(code).toBe(1);
  for (const expected of [
    /c\.json: Option "drainMs" must be/,
    /c\.json: Option "colour" is unknown/,
    /c\.json: Option "pages\["\/c\/:sku"\]\.deadline" is unknown/,
    /c\.json: Option "fragments\.odd" must be/,
    /slot\.html:2:1: .*cannot stand/,
    /slot\.html:2:1: .*"nobody"/,
    /missing\.html/,
    /"wrong".*"version"/,
    /slot "right" gives no value for the param "sku"/,
    /slot "right" gives no value for the param "limit"/,
  ])
    expect(stderr).toMatch(expected);
  expect(stdout.match(/Fragment "\w+" does not answer/g)).toEqual([
    'Fragment "absent" does not answer',
  ]);
  expect(stdout).toContain('3 pages, 4 fragments: 10 findings');
});

test('tessera check says so when there is nothing to find', async () => {
  await using site = await folder({ 'page.html': 'x', 'c.json': JSON.stringify(CONFIG) });
  const { code, stdout, stderr } = await runCli(['check', '--config', join(site.root, 'c.json')])
    .exited;
  expect({ code, stdout, stderr }).toMatchObject({
    code: 0,
    stdout: '1 page, 0 fragments: no findings\n',
    stderr: '',
  });
});

test('tessera warm asks for every page in the file, no faster than its rate', async () => {
  const asked: string[] = [];
  await using shop = await startServer((request, response) => {
    asked.push(`${request.url} ${request.headers['user-agent']}`);
    response.writeHead(request.url === '/gone' ? 404 : 200).end('page');
  });
  await using site = await folder({
    'urls.txt': `# pages\n/\n\n/a?b=1\n${shop.url}c\n/gone\n/\nhttp://\nhttp://127.0.0.1:1/\n`,
  });
  const start = performance.now();
  const args = ['warm', join(site.root, 'urls.txt'), '--rate', '20', '--site', shop.url];
  const { code, stdout, stderr } = await runCli(args).exited;
  expect(performance.now() - start).toBeGreaterThan(4 * 50);
  expect(asked.toSorted()).toEqual(
    ['/', '/a?b=1', '/c', '/gone'].map((path) => `${path} tessera-warm`),
  );
  expect(stdout).toMatch(/^3 of 5 pages warm in [\d.]+ s\n$/);
  expect(stderr).toContain('/gone: status 404');
  expect(stderr).toContain('http://: this is neither a URL nor a path');
  expect(stderr).toContain('http://127.0.0.1:1/: ');
  expect(code).toBe(1);
});

test.each([
  [['warm'], 'A file is missing'],
  [['warm', 'a', 'b'], '"b" is too much'],
  [['warm', 'none.txt'], 'none.txt cannot be read'],
  [['warm', 'a', '--rate', '0'], '--rate must be a number above 0'],
  [['warm', 'a', '--site', 'x'], '--site must be an http(s) URL'],
  [['check', '--port', '1'], 'tessera check has no flag --port'],
  [['toString'], 'There is no command "toString"'],
])('tessera %j is one clear mistake', async (args, message) => {
  const { code, stderr } = await runCli(args).exited;
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).toContain('COMMAND_INVALID');
});
