import { expect, test } from 'vitest';
import { parseManifest } from './manifest.ts';

test('a manifest is completed with every default', () => {
  const result = parseManifest({ version: '1' }, 'a');
  expect(result).toMatchObject({
    ok: true,
    manifest: { name: 'a', team: 'a', timeoutMs: 1000, actionTimeoutMs: 15_000, remote: undefined },
  });
});

test('URLs may be relative or absolute below the base, and come out relative', () => {
  const base = 'http://team.example/reviews/';
  const assets = ['a.css', './a.css', '/reviews/a.css', 'http://team.example/reviews/a.css'];
  const result = parseManifest(
    {
      version: '1',
      content: '/reviews/:sku?page=:page',
      assets: assets.map((href) => ({ rel: 'stylesheet', href })),
    },
    'reviews',
    base,
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.manifest.content?.source).toBe(':sku?page=:page');
  expect(result.manifest.assets.map(({ href }) => href)).toEqual([
    'a.css',
    'a.css',
    'a.css',
    'a.css',
  ]);
});

test.each([
  '../a',
  '/other/a',
  '//evil/reviews/a',
  'http://evil/reviews/a',
  '%2e%2e/a',
  'a\\b',
  'a b',
  '/reviewsx/a',
])('the URL %s leads out of the base and is a mistake', (href) => {
  const manifest = { version: '1', fallback: href };
  expect(parseManifest(manifest, 'reviews', 'http://team.example/reviews/')).toMatchObject({
    ok: false,
    problems: [{ path: 'fallback', got: href }],
  });
});

test('every mistake is found, each at its place', () => {
  const result = parseManifest(
    { protocol: 2, version: 7, forward: { header: [] }, remote: { mount: 'soon' }, 'x-own': 1 },
    'a',
  );
  expect(result.ok ? [] : result.problems.map(({ path }) => path)).toEqual([
    'protocol',
    'forward.header',
    'version',
    'remote.mount',
    'remote.entry',
    'remote.module',
  ]);
});
