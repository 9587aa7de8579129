import { expect, test } from 'vitest';
import { escapes } from '../../test/containment.ts';
import { BENIGN } from '../../test/corpus/benign.ts';
import { HOSTILE } from '../../test/corpus/hostile.ts';
import { contain } from './contain.ts';
import { withDeadScripts } from './scripts.ts';
import { isWellFormed } from './verify.ts';

const containText = (text: string) => {
  const contained = contain(Buffer.from(text));
  return typeof contained === 'string'
    ? contained
    : { html: contained.html.toString(), repairs: contained.repairs };
};

test('what teams send passes byte for byte, and is the same wherever the slot stands', () => {
  for (const html of BENIGN) {
    const bytes = Buffer.from(html);
    expect(isWellFormed(bytes), html).toBe(true);
    expect(contain(bytes)).toEqual({ html: bytes, head: [], repairs: [], scripts: [] });
    expect(escapes(html)).toBeUndefined();
  }
});

test.each(Object.entries(HOSTILE))(
  '%s: stay in their slot, whatever the fragment',
  (_, hostile) => {
    for (const html of hostile) {
      const contained = containText(html);
      if (typeof contained === 'string') continue;
      expect(escapes(contained.html), html).toBeUndefined();
      expect(containText(contained.html)).toEqual({ html: contained.html, repairs: [] });
    }
  },
);

test.each([
  ['<div><b>x</div>', '<div><b>x</b></div>', ['unclosed']],
  ['x</section></body>', 'x', ['reparsed']],
  [
    '<table><tr><td>x</td></tr></table>',
    '<table><tbody><tr><td>x</td></tr></tbody></table>',
    ['reparsed'],
  ],
  ['x<!-- y', 'x<!-- y-->', ['truncated']],
  ['a < b', 'a &lt; b', ['syntax']],
  ['<p a=1 a=2>x</p>', '<p a="1">x</p>', ['syntax']],
  ['a\0b', 'ab', ['nul']],
  ['<base href="/x"><meta charset="x"><b>x</b>', '<b>x</b>', ['forbidden:base', 'forbidden:meta']],
  [
    '<meta name="viewport" content="x"><meta name="csrf" content="x">',
    '<meta name="csrf" content="x">',
    ['forbidden:meta'],
  ],
  ['<template shadowrootmode="open">x</template>y', 'y', ['forbidden:template']],
  ['<fragment-slot name="a"><b>x</b></fragment-slot>', '<b>x</b>', ['slot-tags']],
  ['<svg><fragment-slot></fragment-slot></svg>', '<svg></svg>', ['slot-tags']],
  ['<li>x</li>', '<li>x</li>', []],
  ['<pre>\n\nx</pre><p>y', '<pre>\n\nx</pre><p>y</p>', ['reparsed']],
])('%s becomes %s', (html, expected, repairs) => {
  expect(containText(html)).toEqual({ html: expected, repairs });
});

test('of a document the body is taken, and its head is offered', () => {
  const contained = contain(
    Buffer.from(
      '<!-- x --><?xml version="1.0"?><!doctype html><html><head><title>A & b</title><base href="/x"><script type="application/ld+json">{"a":"<!-- <b>"}</script></head><body class="x"><p>x</p></body></html>',
    ),
  );
  if (typeof contained === 'string') throw new Error(contained);
  expect(contained.html.toString()).toBe('<p>x</p>');
  expect(contained.head.map(({ html }) => html)).toEqual([
    '<title>A &amp; b</title>',
    '<script type="application/ld+json">{"a":"\\u003c!-- \\u003cb>"}</script>',
  ]);
});

test('a well-formed body between its own tags stays byte for byte', () => {
  const document = (head: string, body: string) =>
    contain(
      Buffer.from(
        `<!doctype html><html lang=de><head>${head}</head><body class="a">${body}</body></html>`,
      ),
    );
  const body = "\n<h1 id='x' >A &amp; b &gt; c<!-- --></h1><br/><img src=x />\n";
  const title = { key: 'title', html: '<title>x</title>' };
  const whole = { html: Buffer.from(body), head: [title], repairs: [], scripts: [] };
  expect(document('<title>x</title>', body)).toEqual(whole);
  // It is not the first <body> of the text that counts, but the document's.
  expect(document('<!-- <body> --><title>x</title>', '<p>y')).toMatchObject({
    html: Buffer.from('<p>y</p>'),
    head: [title],
  });
  expect(document('<title>x</title><script>"<body>"</script>', '<p>y</p>')).toMatchObject({
    html: Buffer.from('<p>y</p>'),
    head: [title],
  });
  expect(document('<p>early</p>', '<p>y</p>')).toMatchObject({
    html: Buffer.from('<p>early</p><p>y</p>'),
  });
});

test('JSON-LD that is cut off cannot keep its script open in the head of the page', () => {
  const contained = contain(
    Buffer.from('<!doctype html><head><script type="application/ld+json"><!--<script>'),
  );
  expect(contained).toMatchObject({
    head: [{ html: '<script type="application/ld+json">\\u003c!--\\u003cscript></script>' }],
  });
});

test.each([
  ['elements within each other', '<div>'.repeat(401), /nests more than 400/],
  [
    'elements that are opened again',
    `<p>${Array.from({ length: 300 }, (_, i) => `<b a=${i}>`).join('')}</p>${'<p>x</p>'.repeat(1000)}`,
    /more than 20000 elements/,
  ],
  [
    'attributes that are written again',
    `<b a="${'x'.repeat(50_000)}">${'<p>x'.repeat(1000)}`.replace('<b', '<p><b'),
    /more than 524288 characters/,
  ],
  [
    'attributes of one element',
    `<p ${Array.from({ length: 101 }, (_, i) => `a${i}`).join(' ')}>`,
    /more than 100 attributes/,
  ],
  ['characters of what is not well-formed', '<'.repeat(600_000), /too long to be repaired/],
  ['characters of the repaired', '<'.repeat(500_000), /more than 524288 characters/],
])('too many %s are refused', (_, html, reason) => {
  expect(containText(html)).toMatch(reason);
});

test('well-formed HTML has no limit but its depth', () => {
  const html = Buffer.from(`<ul>${'<li><p>x</p></li>'.repeat(100_000)}</ul>`);
  expect(contain(html)).toMatchObject({ html });
});

/** Patterns that take some parser more than linear time. */
const SLOW: Readonly<Record<string, (length: number) => string>> = {
  'opening brackets': (n) => '<'.repeat(n),
  'open elements': (n) => '<i>'.repeat(n / 3),
  'open paragraphs': (n) => '<p>'.repeat(n / 3),
  'open links': (n) => '<a><b>'.repeat(n / 6),
  'open comments': (n) => '<!--'.repeat(n / 4),
  'comments before no document': (n) => `${'<!-- -->'.repeat(n / 8)}<p>`,
  'stray end tags in depth': (n) => `${'<span>'.repeat(390)}${'</x>'.repeat(n / 4)}`,
  'misnested formatting': (n) => `${'<b><div>'.repeat(190)}${'</b>'.repeat(n / 4)}`,
  'text between table rows': (n) => `<table>${'x<!---->'.repeat(n / 8)}`,
  attributes: (n) => `<p ${Array.from({ length: n / 8 }, (_, i) => `a${i}`).join(' ')}>`,
  'open quotes': (n) => '<p a="'.repeat(n / 6),
  'well-formed paragraphs': (n) => '<p class="a" id="b">x</p>'.repeat(n / 25),
  'dashes in a comment': (n) => `<!--${'-'.repeat(n)}`,
  'one long name': (n) => `<${'a-'.repeat(n / 2)}`,
};

test.each(Object.entries(SLOW))('%s take linear time', (_, pattern) => {
  const fastest = (length: number) => {
    const bytes = Buffer.from(pattern(length));
    const times = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage();
      contain(bytes);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...times);
  };
  // 8 times the text: linear is 8, quadratic 64. Below a millisecond it is the clock that is measured.
  expect(fastest(200_000) / Math.max(fastest(25_000), 1000)).toBeLessThan(32);
});

test.each([
  ['<script>x</script>', '<script type="text/plain">x</script>'],
  ['<script type="module">x</script>', '<script type="text/plain">x</script>'],
  ['<script type="text/JavaScript">x</script>', '<script type="text/plain">x</script>'],
  ['<script type="importmap">{}</script>', '<script type="text/plain">{}</script>'],
  ['<svg><script>x</script></svg>', '<svg><script type="text/plain">x</script></svg>'],
  [
    '<div><template shadowrootmode="closed"><script>x</script></template></div>',
    '<div><template shadowrootmode="closed"><script type="text/plain">x</script></template></div>',
  ],
  ['<pre>\n\nx</pre><script>x</script>', '<pre>\n\nx</pre><script type="text/plain">x</script>'],
  ['<script src="/a.js"></script>', '<script src="/a.js"></script>'],
  [
    '<script id="a" type="application/json">{}</script>',
    '<script id="a" type="application/json">{}</script>',
  ],
  ['<script type="text/template"><b></script>', '<script type="text/template"><b></script>'],
  ['<p title="<script>">x</p>', '<p title="&lt;script&gt;">x</p>'],
])('without live scripts %s is %s', (html, expected) => {
  expect(withDeadScripts(Buffer.from(html)).toString()).toBe(expected);
});
