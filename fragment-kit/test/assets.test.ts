import { expect, test } from 'vitest';
import { defineFragment } from '../src/index.ts';
import { startFragment } from '../src/testing.ts';

test('a stylesheet without a build gets a hashed name, is linked and immutable', async () => {
  const header = defineFragment({
    name: 'header',
    version: '1',
    content: '',
    styles: new URL('./fixture/header.css', import.meta.url),
    render: () => '<nav></nav>',
  });
  await using service = await startFragment(header);
  const manifest = (await (await service.fetch('fragment.json')).json()) as {
    assets: { rel: string; href: string }[];
  };
  expect(manifest.assets).toEqual([
    { rel: 'stylesheet', href: expect.stringMatching(/^assets\/header-[\w-]{8}\.css$/) },
  ]);
  const href = manifest.assets[0]?.href ?? '';
  const style = await service.fetch(href);
  expect(await style.text()).toContain('nav {');
  expect(Object.fromEntries(style.headers)).toMatchObject({
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'access-control-allow-origin': '*',
  });
  expect(await (await fetch(service.url)).text()).toContain(
    `<link rel="stylesheet" href="/header/${href}">`,
  );
});

test('files of a folder keep their names and are revalidated, and nothing outside is served', async () => {
  const header = defineFragment({
    name: 'header',
    version: '1',
    assets: new URL('./fixture/', import.meta.url),
  });
  await using service = await startFragment(header);
  const response = await service.fetch('assets/header.css');
  expect([response.status, response.headers.get('cache-control')]).toEqual([
    200,
    'public, no-cache',
  ]);
  // fetch() would add "no-cache", which asks Express for the whole file again.
  const headers = {
    'if-none-match': response.headers.get('etag') ?? '',
    'cache-control': 'max-age=0',
  };
  expect((await service.fetch('assets/header.css', { headers })).status).toBe(304);
  for (const path of ['assets/..%2fserve.test.ts', 'assets/nothing.css', 'assets/', 'assets']) {
    expect((await service.fetch(path)).status).toBe(404);
  }
});
