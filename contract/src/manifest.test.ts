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

test.each([
  [{ params: { n: { type: 'integer', default: '5' } } }, 'params.n.default'],
  [{ params: { n: { type: 'boolean', default: 1 } } }, 'params.n.default'],
  [{ params: { n: { default: 5 } } }, 'params.n.default'],
  [{ params: { n: { pattern: '[a-z]+', default: 'Mug 1' } } }, 'params.n.default'],
  [{ params: { n: { type: 'integer', pattern: '\\d+' } } }, 'params.n.pattern'],
  [{ fallback: ':x' }, 'fallback'],
  [{ fallback: 'resting/:x' }, 'fallback'],
  [{ fallback: 'resting?x=:x' }, 'fallback'],
  [{ content: 'list/%zz' }, 'content'],
  [{ forward: { headers: ['accept-language', 'Cookie'] } }, 'forward.headers'],
  [{ forward: { headers: ['host'] } }, 'forward.headers'],
  [{ forward: { headers: ['connection'] } }, 'forward.headers'],
  [{ forward: { headers: ['content-type'] } }, 'forward.headers'],
  [{ forward: { headers: ['x-forwarded-port'] } }, 'forward.headers'],
  [{ forward: { headers: ['tessera-base'] } }, 'forward.headers'],
  [{ assets: [{ rel: 'preload', href: 'a.woff2' }] }, 'assets[0].as'],
  [{ remote: { entry: 'e.js', module: './w', mount: 'media:()' } }, 'remote.mount'],
])('%j is one mistake at its place', (manifest, path) => {
  const result = parseManifest({ version: '1', ...manifest }, 'a');
  expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toEqual([path]);
});

test('what looks like a mistake and is none is taken', () => {
  const manifest = {
    version: '1',
    content: ':sku',
    fallback: 'rest?ing=1:2',
    forward: { headers: ['*', 'authorization', 'x-forwarded-for', 'X-Own'] },
    assets: [{ rel: 'preload', href: 'a.woff2', as: 'font' }],
  };
  expect(parseManifest(manifest, 'a')).toMatchObject({ ok: true });
  const params = { n: { pattern: '[a-z]*', default: '' }, m: { type: 'integer', default: -1 } };
  expect(parseManifest({ version: '1', params }, 'a')).toMatchObject({ ok: true });
});

test('a header that cannot be forwarded is refused with the reason', () => {
  const result = parseManifest({ version: '1', forward: { headers: ['cookie'] } }, 'a');
  expect(result.ok ? '' : result.problems[0]?.expected).toContain('forward.cookies');
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
