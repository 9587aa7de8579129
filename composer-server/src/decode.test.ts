import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeBody } from './decode.ts';

const LIMIT = 2 * 1024 * 1024;

function decode(body: Buffer, type: string, coding?: string) {
  const headers = { 'content-type': type, ...(coding ? { 'content-encoding': coding } : {}) };
  const decoded = decodeBody(headers, body, LIMIT);
  return decoded.ok ? decoded.bytes.toString('utf8') : decoded;
}
const bytes = (...codes: number[]) => Buffer.from(codes);

test.each([
  ['text/html; charset=utf-8', bytes(0xc3, 0xa9), 'é'],
  ['text/html', bytes(0xc3, 0xa9), 'é'],
  ['text/html', bytes(0xef, 0xbb, 0xbf, 0x61), 'a'],
  ['text/html', bytes(0x61, 0xff, 0x62, 0xc3), 'a\ufffdb\ufffd'],
  ['text/html; charset="ISO-8859-1"', bytes(0xe9, 0x80), 'é€'],
  ['text/html; charset=windows-1251', bytes(0xcf), 'П'],
  ['text/html; charset=shift_jis', bytes(0x8a, 0xbf), '漢'],
  ['text/html; charset=utf-16le', bytes(0x61, 0, 0xe9, 0), 'aé'],
  ['text/html; charset=utf-16', bytes(0xfe, 0xff, 0, 0x61), 'a'],
  ['text/html', bytes(0xff, 0xfe, 0x61, 0), 'a'],
  // What its first bytes say is true, whatever the header says (HTML standard §13.2.3.2).
  ['text/html; charset=iso-8859-1', bytes(0xef, 0xbb, 0xbf, 0xc3, 0xa9), 'é'],
])('%s with the bytes %o is %s', (type, body, text) => {
  expect(decode(body, type)).toBe(text);
});

const latin1 = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['<meta charset="iso-8859-1">é', 'é'],
  ["<META foo  CharSet = 'latin1' />é", 'é'],
  ['<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">é', 'é'],
  ['<!-- <meta charset="utf-8"> --><meta charset="iso-8859-1">é', 'é'],
  ['<meta charset="none-such"><meta charset="iso-8859-1">é', 'é'],
  ['<meta name="description" content="charset=iso-8859-1">é', '\ufffd'],
  ['<meta charset="utf-16">é', '\ufffd'],
  [`${' '.repeat(1024)}<meta charset="iso-8859-1">é`, '\ufffd'],
])('the charset of %s is declared in its <meta>', (html, last) => {
  expect(decode(latin1(html), 'text/html')).toBe(html.slice(0, -1) + last);
});

test('a <meta> counts in HTML only, and only where the content type names no charset', () => {
  const html = latin1('<meta charset="iso-8859-1">é');
  expect(decode(html, 'application/json')).toContain('\ufffd');
  expect(decode(html, 'text/html; charset=utf-8')).toContain('\ufffd');
});

test.each(['utf-7', 'replacement', 'none-such'])('the charset %s is a failure', (charset) => {
  const failure = { ok: false, reason: 'coding', coding: charset };
  expect(decode(Buffer.from('x'), `text/html; charset=${charset}`)).toEqual(failure);
});

const text = '<p>Mugs and more mugs</p>'.repeat(100);
const CODINGS: [string, (body: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['br', brotliCompressSync],
];

test.each(CODINGS)('%s is decoded, but not half of it, nor what is corrupt', (coding, encode) => {
  const encoded = encode(Buffer.from(text));
  expect(decode(encoded, 'text/html', coding)).toBe(text);
  const failure = { ok: false, reason: 'coding', coding: coding.toLowerCase() };
  for (const end of [0, 1, encoded.length >> 1, encoded.length - 1]) {
    expect(decode(encoded.subarray(0, end), 'text/html', coding)).toEqual(failure);
  }
  expect(decode(Buffer.from('<p>plain</p>'), 'text/html', coding)).toEqual(failure);
});

test.each(CODINGS)(
  '%s of too many bytes is refused within the limit of memory',
  (coding, encode) => {
    const bomb = encode(Buffer.alloc(32 * 1024 * 1024));
    const before = process.memoryUsage();
    expect(decode(bomb, 'text/html', coding)).toEqual({ ok: false, reason: 'too-large' });
    const after = process.memoryUsage();
    expect(
      after.arrayBuffers + after.external - before.arrayBuffers - before.external,
    ).toBeLessThan(16 * 1024 * 1024);
  },
);

test.each(['gzip, br', 'gzip, gzip', 'deflate', 'zstd', 'compress', 'none'])(
  'a coding that nobody asked for is a failure: %s',
  (coding) => {
    const failure = { ok: false, reason: 'coding', coding };
    expect(decode(gzipSync(gzipSync(Buffer.from(text))), 'text/html', coding)).toEqual(failure);
  },
);

test('a body in UTF-8 is not copied', () => {
  const body = Buffer.from('é');
  expect(decodeBody({ 'content-type': 'text/html' }, body, LIMIT)).toEqual({
    ok: true,
    bytes: body,
  });
  const decoded = decodeBody({ 'content-type': 'text/html' }, body, LIMIT);
  expect(decoded.ok && decoded.bytes.buffer).toBe(body.buffer);
});
