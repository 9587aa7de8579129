import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CompositionError, parseManifest } from '@tessera/contract';
import fc from 'fast-check';
import { parse } from 'parse5';
import { expect } from 'vitest';
import { compileTemplate } from '../src/template/template.ts';
import { TemplateSource } from '../src/template/template-source.ts';
import { HOSTILE } from './corpus/hostile.ts';
import { html, inline, startComposer, startRawServer, startServer, text } from './servers.ts';

// Random answers, templates, manifests and URLs: nothing may crash or hang, and nothing may leave its slot.

const HTML = '<p>some <b>bold</b> words</p><ul><li>one</li></ul>';

/** Answers that are almost right. */
const ANSWERS = [
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${HTML.length}\r\ncache-control: max-age=1, stale-if-error=9\r\netag: "a"\r\nvary: accept\r\n\r\n${HTML}`,
  `HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ntransfer-encoding: chunked\r\nlink: </a.css>; rel=stylesheet\r\n\r\n${HTML.length.toString(16)};a=b\r\n${HTML}\r\n0\r\nx: y\r\n\r\n`,
  `HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload; as=style\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n${HTML}`,
  'HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n',
  'HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n',
].map((answer) => Buffer.from(answer, 'latin1'));
const PIECES = [
  ...['\r\n', '\n', '\r', '\0', ':', ' ', '\t', '0', 'ffffffff', '-1', '99999999999999999999'],
  ...['HTTP/1.1 200 OK\r\n', 'HTTP/0.9', 'content-length: 3\r\n', 'transfer-encoding: chunked\r\n'],
  ...[
    'content-encoding: gzip\r\n',
    'content-encoding: br\r\n',
    'set-cookie: x=y\r\n',
    'connection: close\r\n',
  ],
  ...[
    'content-type: text/html; charset=utf-16\r\n',
    '\u00ff\u00fe',
    '<!--',
    '</fragment-slot>',
    '<script>',
    '</body>',
  ],
  ...[
    '<template shadowrootmode=open>',
    '<plaintext>',
    '<svg><style><!--',
    '</p></div></main>',
    '<fragment-slot name=a>',
  ],
].map((piece) => Buffer.from(piece, 'latin1'));

interface Edit {
  readonly kind: 'insert' | 'delete' | 'flip' | 'repeat' | 'cut';
  readonly at: number;
  readonly length: number;
  readonly piece: number;
}

const EDIT: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('insert', 'delete', 'flip', 'repeat', 'cut'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 40 }),
  piece: fc.nat({ max: PIECES.length - 1 }),
});

function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce(applyEdit, bytes);
}

function applyEdit(before: Buffer, { kind, at, length, piece }: Edit): Buffer {
  const start = Math.floor(at * before.length);
  const [head, tail] = [before.subarray(0, start), before.subarray(start)];
  if (kind === 'insert') return Buffer.concat([head, PIECES[piece] ?? head, tail]);
  if (kind === 'delete') return Buffer.concat([head, tail.subarray(length)]);
  if (kind === 'repeat') return Buffer.concat([head, tail.subarray(0, length), tail]);
  if (kind === 'cut') return head;
  const flipped = Buffer.from(before);
  if (start < flipped.length) flipped[start] = (flipped[start] ?? 0) ^ (1 << (length % 8));
  return flipped;
}

const FRAGMENTS = [HTML, ...Object.values(HOSTILE).flat()];

/** Whole answers: almost right ones, and right ones with hostile HTML. */
const ANSWER: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...ANSWERS), fc.array(EDIT, { minLength: 1, maxLength: 4 }))
    .map(([answer, edits]) => edited(answer, edits)),
  fc
    .tuple(fc.constantFrom(...FRAGMENTS), fc.array(EDIT, { maxLength: 3 }), fc.boolean())
    .map(([fragment, edits, zipped]) => {
      const body = edited(Buffer.from(fragment), edits);
      const sent = zipped ? gzipSync(body) : body;
      const coding = zipped ? 'content-encoding: gzip\r\n' : '';
      const head = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n${coding}content-length: ${sent.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), sent]);
    }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

const BEFORE =
  '<!doctype html><html><head><style>fragment-slot{display:contents}</style></head><body><main><fragment-slot name="a" timeout-ms="400"';
const AFTER = '</fragment-slot></main><p id="after">after</p></body></html>\n';

/** So many answers, each on a page of its own. */
export async function fuzzAnswers(count: number, seed: number): Promise<void> {
  const cases = fc.sample(ANSWER, { numRuns: count, seed });
  await using service = await startRawServer((socket) => {
    socket.on('data', (asked) => {
      const n = /n=(\d+)/.exec(asked.toString('latin1'))?.[1];
      socket.write(cases[Number(n)] ?? '');
      // Without an end most would only show that time-outs work.
      socket.end();
    });
  });
  await using shop = await startComposer({
    fragments: {
      a: {
        ...inline(service.url, { content: 'any?n=:n', params: { n: { type: 'integer' } } }),
        breaker: false,
      },
    },
    template:
      '<!doctype html><html><head></head><body><main><fragment-slot name="a" timeout-ms="400" param-n="{query.n}">own</fragment-slot></main><p id="after">after</p></body></html>\n',
    overload: false,
    csp: false,
  });
  await eachOf(cases.length, 16, async (n) => {
    const page = await fetch(`${shop.url}?n=${n}`, { signal: AbortSignal.timeout(15_000) });
    const body = await page.text();
    const shown = () =>
      `case ${n} of seed ${seed}: ${JSON.stringify(cases[n]?.toString('latin1'))}`;
    expect(page.status, shown()).toBe(200);
    // What its `link` header adds stands in the head or before the slot, where it is the composer's own.
    const links = body.replace(/(?<=<main>|<\/style>)(<link[^<>]*>)+/g, '');
    expect(links.startsWith(BEFORE), shown()).toBe(true);
    expect(body.endsWith(AFTER), shown()).toBe(true);
    expect(outline(body), shown()).toBe('main p#after');
  });
}

/** What stands in the body, as a browser would see it. */
function outline(page: string): string {
  const document = parse(page);
  const find = (nodes: typeof document.childNodes, tag: string) => {
    for (const node of nodes) if ('tagName' in node && node.tagName === tag) return node;
    return undefined;
  };
  const root = find(document.childNodes, 'html');
  const body = root && find(root.childNodes, 'body');
  return (body?.childNodes ?? [])
    .flatMap((node) => {
      if (!('tagName' in node)) return [];
      const id = node.attrs.find(({ name }) => name === 'id')?.value;
      return [id ? `${node.tagName}#${id}` : node.tagName];
    })
    .join(' ');
}

const MARKUP = fc.constantFrom(
  ...'<fragment-slot name="a">|<fragment-slot name="a" deferred>|</fragment-slot>|<FRAGMENT-SLOT name=a>|<fragment-slot name="a"/>|<fragment-slot|name="a"|param-x="{query.x}"|<!doctype html>|<html>|<head>|</head>|<body>|</body>|</html>|<title>|</title>|<template slot="error">|</template>|<div>|</div>|<p>|</p>|<ul><li>|<table><tr><td>|</td></tr></table>|<script>|</script>|<style>|</style>|<!--|-->|<svg>|</svg>|<textarea>|</textarea>|<a>|</a>|<form>|<select>|<option>|<noscript>|</noscript>|text|&amp;|é|\u0000|"|\'|>|<|=| |\n|<![CDATA[|]]>|<meta name="x" content="y">|<link rel="canonical" href="/">'.split(
    '|',
  ),
);

/** So many templates: each is compiled whole, or refused with its place. */
export function fuzzTemplates(count: number, seed: number): void {
  fc.assert(
    fc.property(fc.array(MARKUP, { maxLength: 25 }), (pieces) => {
      const source = pieces.join('');
      try {
        const { parts, slots } = compileTemplate(
          TemplateSource.ofFile('f.html', source),
          [],
          ['a'],
          100,
        );
        const kept = parts
          .map((part) => ('piece' in part ? part.piece.bytes.toString() : ''))
          .join('');
        // Outside of slots every byte of the source is there, in its order.
        expect(kept.length).toBeLessThanOrEqual(Buffer.byteLength(source));
        expect(slots.length).toBe(parts.filter(({ kind }) => kind === 'slot').length);
        if (slots.length === 0) expect(kept).toBe(source);
      } catch (error) {
        if (!(error instanceof CompositionError)) throw error;
        expect(error.message).toMatch(/^f\.html:\d+:\d+: /);
      }
    }),
    { numRuns: count, seed },
  );
}

const KEYS =
  'protocol name version team content fallback actions params timeoutMs actionTimeoutMs forward setCookies cors assets remote type pattern default headers cookies query rel href as entry module closure js css mount __proto__ constructor x-own'.split(
    ' ',
  );
const VALUE = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(
      ...[
        '1',
        'a',
        ':sku',
        '*rest',
        '../x',
        '//evil.example/',
        'http://evil.example/',
        '\\x',
        'a?b=:c',
        '^[a-z',
        '(a+)+$',
        '*',
        'session',
        'integer',
        'string',
        './widget',
        'load',
        'stylesheet',
        '\0',
        '\ud800',
      ],
      ...[0, 1, -1, Number.MAX_VALUE, 500, true, null],
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  ),
})).value;

/** So many manifests: each is read, or every mistake in it named. */
export function fuzzManifests(count: number, seed: number): void {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...KEYS), VALUE, { maxKeys: 10 }), (json) => {
      const result = parseManifest({ version: '1', ...json }, 'a', 'http://a.example/base/');
      if (!result.ok) {
        expect(result.problems.length).toBeGreaterThan(0);
        return;
      }
      const { assets, remote, fallback } = result.manifest;
      const hrefs = [...assets.map(({ href }) => href), remote?.entry, fallback];
      for (const href of hrefs) {
        if (href === undefined) continue;
        expect(new URL(href, 'http://a.example/base/').href).toMatch(
          /^http:\/\/a\.example\/base\//,
        );
      }
    }),
    { numRuns: count, seed },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
}

const TARGET = fc
  .array(
    fc.constantFrom(
      ...'/ // . .. ... %2e %2E%2e %2f %5c \\ %00 %0d%0a %25 %252e % %zz %c0%af %ff @ : ; ? & = # * ~ é http:// 127.0.0.1 2130706433 evil.example _fragments a any assets _tessera registry purge shell p __proto__ constructor x.css'.split(
        ' ',
      ),
      ' ',
      'a'.repeat(300),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) => `/${pieces.join('')}`);

/** So many targets: each is answered, and no service sees what is not below its base. */
export async function fuzzTargets(count: number, seed: number): Promise<void> {
  const targets = fc.sample(TARGET, { numRuns: count, seed });
  await using service = await startServer(html('<b>a</b>', { 'cache-control': 'no-store' }));
  await using shop = await startComposer({
    fragments: {
      a: {
        ...inline(`${service.url}base/`, { content: 'any/:x', actions: ['*'] }),
        breaker: false,
      },
    },
    template: '<fragment-slot name="a"></fragment-slot>',
    pages: { '/p/:x': 'page.html', '/p/:x/*rest': 'page.html' },
    overload: false,
    limits: { keepAliveTimeoutMs: 60_000 },
  });
  await eachOf(targets.length, 16, async (n) => {
    const target = targets[n] ?? '/';
    const received = await askRaw(shop.url, target);
    expect(received, JSON.stringify(target)).toMatch(/^HTTP\/1\.1 (200|204|400|404|405|502|503) /);
    expect(received, JSON.stringify(target)).not.toMatch(/node:internal|\.ts:\d/);
  });
  for (const { url = '' } of service.requests) {
    expect(url).toMatch(/^\/base\//);
    expect(new URL(url, 'http://a').pathname).toMatch(/^\/base\//);
  }
  expect(await text(`${shop.url}p/x`)).toContain('<b>a</b>');
}

function askRaw(url: string, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const pieces: Buffer[] = [];
    socket.setTimeout(15_000, () => socket.destroy(new Error(`no answer to ${target}`)));
    socket.on('data', (bytes) => pieces.push(bytes)).on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`);
  });
}

/** Does the work for 0 up to `count`, so many at once. */
async function eachOf(count: number, atOnce: number, work: (n: number) => Promise<void>) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
