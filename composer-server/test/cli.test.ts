import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, runCli } from './cli.ts';
import { html, startServer, text } from './servers.ts';

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
