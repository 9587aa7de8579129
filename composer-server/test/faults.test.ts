import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { PageReport } from '@tessera/contract';
import { describe, expect, test } from 'vitest';
import type { FragmentConfig } from '../src/config/fragment.ts';
import { html, inline, startComposer, startRawServer, startServer, text } from './servers.ts';

// What a fragment's service can do on its connection, and what of it a visitor ever sees.

/** What it does once it has read a request; text and bytes are sent, then the connection ends. */
type Answer = string | Buffer | ((socket: Socket) => void);
/** `[what it does, how, the error code in the report or the HTML in the slot, timeout-ms]` */
type Row = [what: string, answer: Answer, outcome: string, timeoutMs?: number];

const SECRET = 'secret of upstream';
const BODY = `<b>${SECRET}</b>`;
const LATE_MS = 150;

/** An answer with its length; `undefined` leaves a header out. */
function answer(
  body: string | Buffer,
  headers: Record<string, string | undefined> = {},
  status = '200 OK',
): Buffer {
  const bytes = Buffer.from(body);
  const all = { 'content-type': 'text/html', 'content-length': `${bytes.length}`, ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  const head = Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`, 'latin1');
  return Buffer.concat([head, bytes]);
}

const CHUNKED = { 'content-length': undefined, 'transfer-encoding': 'chunked' };
const chunked = (body: string) => answer(body, CHUNKED);
const encoded = (coding: string, body: string | Buffer) =>
  answer(body, { 'content-encoding': coding });
const typed = (type: string | undefined, body: string | Buffer = BODY) =>
  answer(body, { 'content-type': type });
const utf16 = (body: string) => Buffer.from(body, 'utf16le');
const reset = (before: string | Buffer) => (socket: Socket) =>
  void socket.write(before, () => socket.resetAndDestroy());
const hold = (before: string | Buffer) => (socket: Socket) => void socket.write(before);
/** The same bytes again and again, until nobody takes them any more. */
const flood = (before: string | Buffer, again: string | Buffer) => (socket: Socket) => {
  const more = () => {
    while (socket.writable && socket.write(again));
    if (socket.writable) socket.once('drain', more);
  };
  socket.write(before);
  more();
};

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, 'y']));
const cookies = (count: number) => Array(count).fill('a=b').join('\r\nset-cookie: ');

const ROWS: readonly Row[] = [
  // Lengths
  [
    'a content-length that is too long',
    answer(BODY, { 'content-length': '99' }),
    'FRAGMENT_BROKEN',
  ],
  [
    'a content-length that is too short',
    answer(`<b>x</b>${BODY}`, { 'content-length': '8' }),
    '<b>x</b>',
  ],
  [
    'both content-length and chunks',
    answer(`3\r\nabc\r\n0\r\n\r\n`, { 'transfer-encoding': 'chunked', 'content-length': '3' }),
    'FRAGMENT_BROKEN',
  ],
  ['two lengths', answer(BODY, { 'Content-Length': '3' }), 'FRAGMENT_BROKEN'],
  ['a negative length', answer(BODY, { 'content-length': '-1' }), 'FRAGMENT_BROKEN'],
  [
    'a length beyond all numbers',
    answer(BODY, { 'content-length': '9'.repeat(30) }),
    'FRAGMENT_BROKEN',
  ],
  ['an empty body', answer(''), ''],
  [
    'neither length nor chunks, but an end',
    answer('<b>x</b>', { 'content-length': undefined }),
    '<b>x</b>',
  ],
  // Chunks
  ['chunks', chunked('3\r\n<b>\r\n5;x=y\r\nx</b>\r\n0\r\nx: trailer\r\n\r\n'), '<b>x</b>'],
  ['a chunk with no number', chunked(`zz\r\n${BODY}\r\n0\r\n\r\n`), 'FRAGMENT_BROKEN'],
  ['a chunk that is larger than said', chunked(`2\r\n${BODY}\r\n0\r\n\r\n`), 'FRAGMENT_BROKEN'],
  ['a chunk of 2^72 bytes', chunked(`${'f'.repeat(18)}\r\n${BODY}`), 'FRAGMENT_BROKEN'],
  [
    'a transfer coding besides chunked',
    answer(`3\r\nabc\r\n0\r\n\r\n`, { ...CHUNKED, 'transfer-encoding': 'gzip, chunked' }),
    'FRAGMENT_BROKEN',
  ],
  // Content codings
  ['gzip', encoded('gzip', gzipSync('<b>x</b>')), '<b>x</b>'],
  ['br', encoded('br', brotliCompressSync('<b>x</b>')), '<b>x</b>'],
  ['gzip that is cut', encoded('gzip', gzipSync(BODY).subarray(0, -9)), 'FRAGMENT_CODING'],
  ['br that is cut', encoded('br', brotliCompressSync(BODY).subarray(0, -3)), 'FRAGMENT_CODING'],
  [
    'gzip with a wrong checksum',
    encoded('gzip', Buffer.concat([gzipSync(BODY).subarray(0, -8), Buffer.alloc(8)])),
    'FRAGMENT_CODING',
  ],
  ['text that is said to be gzip', encoded('gzip', BODY), 'FRAGMENT_CODING'],
  ['gzip that is said to be br', encoded('br', gzipSync(BODY)), 'FRAGMENT_CODING'],
  ['an empty body that is said to be gzip', encoded('gzip', ''), 'FRAGMENT_CODING'],
  ['two codings', encoded('gzip, br', brotliCompressSync(gzipSync(BODY))), 'FRAGMENT_CODING'],
  ['deflate, which nobody asked for', encoded('deflate', deflateSync(BODY)), 'FRAGMENT_CODING'],
  ['an unknown coding', encoded('rot13', BODY), 'FRAGMENT_CODING'],
  [
    '10 MB in 10 KB of gzip',
    encoded('gzip', gzipSync(Buffer.alloc(10 * 1024 * 1024, 'x'))),
    'FRAGMENT_TOO_LARGE',
  ],
  [
    '10 MB in 10 B of br',
    encoded('br', brotliCompressSync(Buffer.alloc(10 * 1024 * 1024, 'x'))),
    'FRAGMENT_TOO_LARGE',
  ],
  ['more than it may', answer(Buffer.alloc(3 * 1024 * 1024, 'x')), 'FRAGMENT_TOO_LARGE'],
  [
    'a body without an end',
    flood(answer('', { 'content-length': undefined }), 'x'.repeat(65_536)),
    'FRAGMENT_TOO_LARGE',
  ],
  // Types and charsets
  ['no content type', typed(undefined), 'FRAGMENT_NOT_HTML'],
  ['JSON', typed('application/json'), 'FRAGMENT_NOT_HTML'],
  ['plain text', typed('text/plain'), 'FRAGMENT_NOT_HTML'],
  ['a type that is none', typed('html'), 'FRAGMENT_NOT_HTML'],
  ['XHTML', typed('application/xhtml+xml'), 'FRAGMENT_NOT_HTML'],
  ['an unknown charset', typed('text/html; charset=klingon'), 'FRAGMENT_CODING'],
  [
    'latin-1',
    typed('text/html; charset=ISO-8859-1', Buffer.from('<b>é</b>', 'latin1')),
    '<b>é</b>',
  ],
  ['UTF-16', typed('text/html; charset=utf-16le', utf16('<b>é</b>')), '<b>é</b>'],
  ['a byte order mark', typed('text/html', '\uFEFF<b>x</b>'), '<b>x</b>'],
  [
    'invalid UTF-8',
    typed('TEXT/HTML; charset="utf-8"', Buffer.from('<b>\xff</b>', 'latin1')),
    '<b>\uFFFD</b>',
  ],
  ['a NUL in its HTML', answer('<b>x\0y</b>'), '<b>xy</b>'],
  [
    '2,000 elements inside each other',
    answer(`${'<div>'.repeat(2000)}${BODY}`),
    'FRAGMENT_NOT_CONTAINABLE',
  ],
  // Statuses
  ['204', answer('', { 'content-length': undefined }, '204 No Content'), ''],
  ['201 with HTML', answer('<b>x</b>', {}, '201 Created'), '<b>x</b>'],
  [
    '206, unasked',
    answer(BODY, { 'content-range': 'bytes 0-24/99' }, '206 Partial Content'),
    'FRAGMENT_STATUS',
  ],
  ['300', answer(BODY, {}, '300 Multiple Choices'), 'FRAGMENT_STATUS'],
  ['a redirect', answer(BODY, { location: '/elsewhere' }, '302 Found'), 'FRAGMENT_STATUS'],
  [
    '304, unasked',
    answer('', { 'content-length': undefined }, '304 Not Modified'),
    'FRAGMENT_STATUS',
  ],
  ['404 with HTML', answer(BODY, {}, '404 Not Found'), 'FRAGMENT_STATUS'],
  [
    '500 with a stack trace',
    answer(`Error: ${SECRET}\n  at db.ts:1`, { 'content-type': 'text/plain' }, '500 x'),
    'FRAGMENT_STATUS',
  ],
  ['503 with HTML', answer(BODY, { 'retry-after': '9' }, '503 x'), 'FRAGMENT_STATUS'],
  ['600', answer(BODY, {}, '600 x'), 'FRAGMENT_STATUS'],
  ['no number for a status', answer(BODY, {}, 'abc OK'), 'FRAGMENT_BROKEN'],
  ['a status of four digits', answer(BODY, {}, '2000 OK'), 'FRAGMENT_BROKEN'],
  // Informational answers
  [
    'early hints first',
    Buffer.concat([
      answer('', { 'content-length': undefined }, '103 Early Hints'),
      answer('<b>x</b>'),
    ]),
    '<b>x</b>',
  ],
  [
    '100, unasked',
    Buffer.concat([Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'), answer(BODY)]),
    'FRAGMENT_BROKEN',
  ],
  [
    '101, unasked',
    'HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'FRAGMENT_BROKEN',
  ],
  [
    'informational answers without an end',
    flood('', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(999)),
    'FRAGMENT_BROKEN',
  ],
  [
    'one informational answer, then nothing',
    hold('HTTP/1.1 103 Early Hints\r\n\r\n'),
    'FRAGMENT_TIMEOUT',
    LATE_MS,
  ],
  // No HTTP
  ['HTTP/0.9', BODY, 'FRAGMENT_BROKEN'],
  ['TLS', Buffer.from([21, 3, 1, 0, 2, 2, 40]), 'FRAGMENT_BROKEN'],
  [
    'lines that end in LF alone',
    `HTTP/1.1 200 OK\ncontent-type: text/html\n\n${BODY}`,
    'FRAGMENT_BROKEN',
  ],
  ['a folded header', answer(BODY, { x: 'a\r\n b' }), 'FRAGMENT_BROKEN'],
  ['a header name with a space', answer(BODY, { 'x ': 'a' }), 'FRAGMENT_BROKEN'],
  ['NUL in a header', answer(BODY, { x: 'a\0b' }), 'FRAGMENT_BROKEN'],
  ['latin-1 in a header', answer('<b>x</b>', { x: 'é' }), '<b>x</b>'],
  ['a header named __proto__', answer('<b>x</b>', { ['__proto__']: 'text/plain' }), '<b>x</b>'],
  ['20 KB of headers', answer(BODY, { x: 'y'.repeat(20_000) }), 'FRAGMENT_HEADERS_TOO_LARGE'],
  [
    'headers without an end',
    flood('HTTP/1.1 200 OK\r\n', 'x: y\r\n'.repeat(999)),
    'FRAGMENT_HEADERS_TOO_LARGE',
  ],
  ['HTTP/1.0', answer('<b>x</b>').toString('latin1').replace('HTTP/1.1', 'HTTP/1.0'), '<b>x</b>'],
  ['no reason for its status', answer('<b>x</b>', {}, '200'), '<b>x</b>'],
  ['an SSH greeting', 'SSH-2.0-OpenSSH_9.2\r\n', 'FRAGMENT_BROKEN'],
  ['1,000 short headers', answer('<b>x</b>', many(1000)), '<b>x</b>'],
  ['500 cookies', answer('<b>x</b>', { 'set-cookie': cookies(500) }), '<b>x</b>'],
  ['two content types', answer(BODY, { 'Content-Type': 'text/plain' }), 'FRAGMENT_NOT_HTML'],
  // More codings, statuses and lengths
  [
    'gzip in two members',
    encoded('gzip', Buffer.concat([gzipSync('<b>x'), gzipSync('</b>')])),
    '<b>x</b>',
  ],
  ['UTF-7', typed('text/html; charset=utf-7'), 'FRAGMENT_CODING'],
  ['401', answer(BODY, { 'www-authenticate': 'Basic' }, '401 Unauthorized'), 'FRAGMENT_STATUS'],
  ['407', answer(BODY, { 'proxy-authenticate': 'Basic' }, '407 x'), 'FRAGMENT_STATUS'],
  ['429', answer(BODY, { 'retry-after': '1' }, '429 Too Many Requests'), 'FRAGMENT_STATUS'],
  ['502 with HTML', answer(BODY, {}, '502 Bad Gateway'), 'FRAGMENT_STATUS'],
  ['504', answer('', {}, '504 Gateway Timeout'), 'FRAGMENT_STATUS'],
  ['999', answer(BODY, {}, '999 x'), 'FRAGMENT_STATUS'],
  ['a body on a 204', answer(BODY, { 'content-length': undefined }, '204 No Content'), ''],
  ['a range on a 200', answer('<b>x</b>', { 'content-range': 'bytes 0-1/2' }), '<b>x</b>'],
  [
    'a location on a 200',
    answer('<b>x</b>', { location: 'http://169.254.169.254/', refresh: '0;url=//evil.example' }),
    '<b>x</b>',
  ],
  [
    'a redirect to itself',
    answer(BODY, { location: '/any' }, '307 Temporary Redirect'),
    'FRAGMENT_STATUS',
  ],
  // Time
  ['nothing', () => {}, 'FRAGMENT_TIMEOUT', LATE_MS],
  ['half a status line, then nothing', hold('HTTP/1.1 2'), 'FRAGMENT_TIMEOUT', LATE_MS],
  [
    'headers, then nothing',
    hold(answer('', { 'content-length': '9' })),
    'FRAGMENT_TIMEOUT',
    LATE_MS,
  ],
  [
    'all but the last byte, then nothing',
    hold(answer(BODY, { 'content-length': `${BODY.length + 1}` })),
    'FRAGMENT_TIMEOUT',
    LATE_MS,
  ],
  [
    'a body that drips',
    drip(answer('', { 'content-length': '9999' }), 'x'),
    'FRAGMENT_TIMEOUT',
    LATE_MS,
  ],
  ['headers that drip', drip('HTTP/1.1 200 OK\r\nx: ', 'y'), 'FRAGMENT_TIMEOUT', LATE_MS],
  // Connections
  ['an end before the answer', '', 'FRAGMENT_BROKEN'],
  ['a half-closed connection, and nothing', (socket) => void socket.end(), 'FRAGMENT_BROKEN'],
  ['a reset before the answer', (socket) => void socket.resetAndDestroy(), 'FRAGMENT_BROKEN'],
  ['a reset after the headers', reset(answer('', { 'content-length': '9' })), 'FRAGMENT_BROKEN'],
  ['a reset in the middle', reset(answer(BODY, { 'content-length': '99' })), 'FRAGMENT_BROKEN'],
  [
    'a reset where the end of the connection is that of the body',
    reset(answer(BODY, { 'content-length': undefined })),
    'FRAGMENT_BROKEN',
  ],
  [
    'a reset between chunks, of a connection that was to end',
    reset(answer(`8\r\n<b>x</b>\r\n`, { ...CHUNKED, connection: 'close' })),
    'FRAGMENT_BROKEN',
  ],
];

function drip(before: string | Buffer, drop: string) {
  return (socket: Socket) => {
    socket.write(before);
    const timer = setInterval(() => socket.write(drop), 10);
    socket.on('close', () => clearInterval(timer));
  };
}

/** A service that answers every request on every connection this way. */
function startFaulty(how: Answer) {
  return startRawServer((socket) => {
    socket.on('data', () => (typeof how === 'function' ? how(socket) : socket.end(how)));
  });
}

const slotTag = (timeoutMs: number, attributes = '') =>
  `<fragment-slot name="faulty" ${attributes} timeout-ms="${timeoutMs}"`;
const LOADING = '>Loading<template slot="error"><p>Resting</p></template></fragment-slot>';

/** The page with a slot for the faulty service, and one for another. */
function pageOf(timeoutMs: number, attributes = ''): string {
  return `<!doctype html><html><head></head><body><main>${slotTag(timeoutMs, attributes)}${LOADING}</main><fragment-slot name="good" timeout-ms="20000"></fragment-slot><p>End</p></body></html>\n`;
}

async function startShop(faulty: string, timeoutMs: number, attributes?: string) {
  const good = await startServer(html('<i>good</i>'));
  const shop = await startComposer({
    fragments: { faulty: inline(faulty), good: inline(good.url) },
    template: pageOf(timeoutMs, attributes),
    pages: { '/': { template: 'page.html', deadlineMs: 20_000 } },
    development: true,
  });
  return {
    url: shop.url,
    [Symbol.asyncDispose]: async () => {
      await shop[Symbol.asyncDispose]();
      await good.close();
    },
  };
}

/** What the visitor gets, with this in the slot. */
function expectedPage(timeoutMs: number, state: string, content: string): string {
  return `<!doctype html><html><head><style>fragment-slot{display:contents}</style></head><body><main>${slotTag(timeoutMs)} slot-id="faulty" state="${state}">${content}</fragment-slot></main><fragment-slot name="good" timeout-ms="20000" slot-id="good" state="ready"><i>good</i></fragment-slot><p>End</p></body></html>\n`;
}

const isCode = (outcome: string) => /^[A-Z_]+$/.test(outcome);

async function reportOf(url: string) {
  const answered = await text(`${url}?tessera=report`);
  expect(answered).not.toContain(SECRET);
  const report: PageReport = JSON.parse(answered);
  return report.slots.find(({ fragment }) => fragment === 'faulty');
}

/** Holds for a page whose faulty slot ends like this. */
async function expectOutcome(faulty: string, outcome: string, timeoutMs: number) {
  await using shop = await startShop(faulty, timeoutMs);
  const code = isCode(outcome);
  const page = await fetch(shop.url);
  expect(page.status).toBe(200);
  expect(await page.text()).toBe(
    expectedPage(timeoutMs, code ? 'error' : 'ready', code ? '<p>Resting</p>' : outcome),
  );
  const slot = await reportOf(shop.url);
  expect(slot).toMatchObject(code ? { state: 'error', cause: outcome } : { state: 'ready' });
  // Its own time, and what a busy machine takes for the rest of the page.
  expect(slot?.ms).toBeLessThan(timeoutMs + 3000);
}

describe.concurrent('in a slot', () => {
  test.each(ROWS)('%s', async (_, how, outcome, timeoutMs = 10_000) => {
    await using faulty = await startFaulty(how);
    await expectOutcome(faulty.url, outcome, timeoutMs);
  });

  test.each([
    ['a refused connection', 'http://127.0.0.1:1/'],
    ['a name that cannot be resolved', `http://${'x'.repeat(64)}.invalid/`],
  ])('%s', async (_, url) => {
    await expectOutcome(url, 'FRAGMENT_UNREACHABLE', 10_000);
  });
});

describe.concurrent('in a primary slot, the page is an error page', () => {
  const failing = ROWS.filter(
    ([what, , outcome]) => isCode(outcome) && !/redirect|^4\d\d|300/.test(what),
  );
  test.each(failing)('%s', async (_, how, outcome, timeoutMs = 10_000) => {
    await using faulty = await startFaulty(how);
    await using shop = await startShop(faulty.url, timeoutMs, 'primary');
    for (const method of ['GET', 'HEAD']) {
      const page = await fetch(shop.url, { method });
      expect(page.status).toBe(outcome === 'FRAGMENT_TIMEOUT' ? 504 : 502);
      expect(JSON.stringify([...page.headers])).not.toContain(SECRET);
      const body = await page.text();
      if (method === 'GET') expect(body).toContain(`Request ${page.headers.get('x-request-id')}`);
      else expect(body).toBe('');
      expect(body).not.toContain(SECRET);
    }
  });
});

test.each<[string, FragmentConfig, string, string]>([
  ['a service without a manifest', { url: 'http://127.0.0.1:1/' }, '', 'FRAGMENT_ABSENT'],
  [
    'a manifest without content',
    inline('http://127.0.0.1:1/', { content: undefined }),
    '',
    'FRAGMENT_WITHOUT_CONTENT',
  ],
  [
    'a param that is missing',
    inline('http://127.0.0.1:1/', { content: ':sku' }),
    '',
    'FRAGMENT_PARAM_INVALID',
  ],
  [
    'a param of another type',
    inline('http://127.0.0.1:1/', { params: { n: { type: 'integer' } } }),
    'param-n="many"',
    'FRAGMENT_PARAM_INVALID',
  ],
])(
  'without a request, %s leaves the slot to its error markup',
  async (_, fragment, attributes, cause) => {
    await using shop = await startComposer({
      fragments: { faulty: fragment },
      template: `${slotTag(10_000, attributes)}${LOADING}`,
      development: true,
    });
    expect(await text(shop.url)).toContain('state="error"><p>Resting</p></fragment-slot>');
    expect(await reportOf(shop.url)).toMatchObject({ state: 'error', cause });
  },
);

test('a redirect of a primary that leads to another site is reported', async () => {
  await using faulty = await startFaulty(
    answer(BODY, { location: 'https://evil.example/' }, '302 Found'),
  );
  await using shop = await startShop(faulty.url, 10_000, 'primary');
  expect(await reportOf(shop.url)).toMatchObject({ cause: 'FRAGMENT_LOCATION' });
});

/** Every beginning of an answer, in one page each: the composer is asked for `?cut=<bytes>`. */
async function pagesOfCuts(whole: (cut: number) => Buffer, count: number) {
  await using faulty = await startRawServer((socket) => {
    socket.on('data', (request) => {
      const cut = Number(/cut=(\d+)/.exec(request.toString())?.[1]);
      socket.end(whole(cut));
    });
  });
  await using shop = await startComposer({
    fragments: {
      faulty: {
        ...inline(faulty.url, { content: 'any?cut=:cut', params: { cut: { type: 'integer' } } }),
        breaker: false,
      },
    },
    template: `<main>${slotTag(10_000, 'param-cut="{query.cut}"')}${LOADING}</main>`,
  });
  return await Promise.all(
    Array.from({ length: count }, (_, cut) => text(`${shop.url}?cut=${cut}`)),
  );
}

test.each([
  ['chunks', chunked(`5\r\n<b>x<\r\n3;x=y\r\n/b>\r\n0\r\nx: y\r\n\r\n`)],
  ['a length', answer('<b>x</b>')],
])('an answer with %s that ends anywhere but at its end is not shown', async (_, whole) => {
  const pages = await pagesOfCuts((cut) => whole.subarray(0, cut), whole.length + 1);
  const ends = 'slot-id="faulty" state=';
  expect(pages.pop()).toContain(`${ends}"ready"><b>x</b></fragment-slot></main>`);
  for (const page of pages)
    expect(page.slice(page.indexOf(ends))).toBe(
      `${ends}"error"><p>Resting</p></fragment-slot></main>`,
    );
});

test.each([
  ['gzip', gzipSync('<b>x</b>')],
  ['br', brotliCompressSync('<b>x</b>')],
])('a body in %s that ends anywhere but at its end is not shown', async (coding, body) => {
  const pages = await pagesOfCuts((cut) => encoded(coding, body.subarray(0, cut)), body.length + 1);
  expect(pages.pop()).toContain('state="ready"><b>x</b>');
  for (const page of pages) expect(page).toContain('state="error"><p>Resting</p>');
});

describe('what nobody asked for never answers the next request', () => {
  const POISON = answer('<b>poison</b>');
  /** Answers a request for `/any?n=<n>` with `n`, and then sends more. */
  const startPoisoned = (more: (socket: Socket) => void) =>
    startRawServer((socket) => {
      socket.on('data', (request) => {
        const n = /n=(\d+)/.exec(request.toString())?.[1];
        socket.write(answer(`<b>${n}</b>`));
        more(socket);
      });
    });
  const startPages = (url: string) =>
    startComposer({
      fragments: { a: inline(url, { content: 'any?n=:n', actions: ['any'] }) },
      template: '<fragment-slot name="a" param-n="{query.n}" timeout-ms="10000"></fragment-slot>',
    });

  test.each<[string, (socket: Socket) => void]>([
    ['a second answer at once', (socket) => void socket.write(POISON)],
    [
      'a second answer while the connection rests',
      (socket) => void setImmediate(() => socket.write(POISON)),
    ],
    ['half an answer', (socket) => void socket.write(POISON.subarray(0, 40))],
    ['no HTTP', (socket) => void socket.write('poison')],
  ])('%s', async (_, more) => {
    await using faulty = await startPoisoned(more);
    await using shop = await startPages(faulty.url);
    const visit = async (n: number) => {
      const page = await text(`${shop.url}?n=${n}`);
      expect(page).not.toContain('poison');
      expect(page).toContain(`state="ready"><b>${n}</b>`);
    };
    for (let n = 0; n < 30; n++) await visit(n);
    for (let round = 0; round < 5; round++)
      await Promise.all(Array.from({ length: 10 }, (_, n) => visit(n)));
  });

  test('a body in an answer to HEAD', async () => {
    await using faulty = await startPoisoned(() => {});
    await using shop = await startPages(faulty.url);
    for (let n = 0; n < 10; n++) {
      const head = await fetch(`${shop.url}_fragments/a/assets/x?n=111`, { method: 'HEAD' });
      expect(head.headers.get('content-length')).toBe('10');
      expect(await text(`${shop.url}?n=${n}`)).toContain(`state="ready"><b>${n}</b>`);
    }
  });
});
