import { expect, test } from 'vitest';
import { linkedAssets, pageLinks, parseLinks } from './link.ts';

const from = {
  base: new URL('http://127.0.0.1:4002/reviews/'),
  name: 'reviews',
  publicUrl: undefined,
  requestUrl: 'http://127.0.0.1:4002/reviews/list/mug',
};

test.each<[string, [string, Record<string, string>][]]>([
  ['<a,b;c.css>; rel="stylesheet"', [['a,b;c.css', { rel: 'stylesheet' }]]],
  [
    '</x>; title="one, \\"two\\"; three"; rel=preload; as=style, <y>;rel=next',
    [
      ['/x', { title: 'one, "two"; three', rel: 'preload', as: 'style' }],
      ['y', { rel: 'next' }],
    ],
  ],
  ['<x> ; REL = "a b" ; crossorigin', [['x', { rel: 'a b', crossorigin: '' }]]],
  ['<x>; rel=first; rel=second', [['x', { rel: 'first' }]]],
  ['no link, "<q>", <x>; rel=a', [['x', { rel: 'a' }]]],
  ['<x>;;rel=a;', [['x', { rel: 'a' }]]],
  ['<x>; title="open', [['x', { title: 'open' }]]],
  ['<x', []],
  ['', []],
])('%s', (header, links) => {
  expect(parseLinks(header)).toEqual(
    links.map(([target, params]) => ({ target, params: new Map(Object.entries(params)) })),
  );
});

test('reads any text in linear time', () => {
  const time = (n: number) => {
    const header = '<a>; x="\\"'.repeat(n) + ',"'.repeat(n) + ';'.repeat(n);
    const start = performance.now();
    parseLinks(header);
    return performance.now() - start;
  };
  time(1000);
  expect(time(80_000)).toBeLessThan(time(10_000) * 40 + 20);
});

test('stylesheets and preloads below the base or on the site become assets', () => {
  const link = [
    '<../a.css>; rel=stylesheet; media=print',
    '<assets/b.js>; rel=modulepreload, </site.css>; rel="prefetch stylesheet"',
    'https://evil.example/c.css>; rel=stylesheet',
    '<https://evil.example/c.css>; rel=stylesheet',
    '<//evil.example/c.css>; rel=stylesheet',
    '<../../outside.css>; rel=stylesheet',
    '<d.woff2>; rel=preload',
    '<d.woff2>; rel=preload; as=font; crossorigin',
    '<e.css>; rel="alternate stylesheet"',
    '<f.css>; rel=stylesheet; anchor="#x"',
    '<data:text/css,x>; rel=stylesheet',
  ];
  expect(linkedAssets({ link }, from)).toEqual([
    { rel: 'stylesheet', href: '/_fragments/reviews/a.css', media: 'print' },
    { rel: 'modulepreload', href: '/_fragments/reviews/list/assets/b.js' },
    { rel: 'stylesheet', href: '/site.css' },
    { rel: 'preload', href: '/_fragments/reviews/list/d.woff2', as: 'font', crossorigin: '' },
  ]);
});

test("a primary's links pass with targets that the browser can reach", () => {
  const link =
    '<2>; rel=next; title="a, \\"b\\"", <https://shop.example/>; rel=canonical, <\\x>; rel=a';
  expect(pageLinks({ link }, from)).toEqual([
    '</_fragments/reviews/list/2>; rel="next"; title="a, \\"b\\""',
    '<https://shop.example/>; rel="canonical"',
  ]);
});
