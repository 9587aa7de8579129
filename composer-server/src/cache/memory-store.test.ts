import { expect, test } from 'vitest';
import type { ResponseHeaders } from '../headers.ts';
import { createEntry } from './entry.ts';
import { MAX_VARIANTS, MemoryStore } from './memory-store.ts';

const now = Date.UTC(2026, 0, 15);
const url = 'http://a.example/mug';

function entryOf(headers: ResponseHeaders = {}, { size = 10, at = url, fragment = 'a' } = {}) {
  const answer = {
    status: 200,
    headers: { 'cache-control': 'max-age=60', ...headers },
    body: Buffer.alloc(size),
    head: [],
    links: [],
    repairs: [],
    version: '1',
  };
  const times = { requestedAt: now, receivedAt: now };
  return createEntry({ fragment, form: 'html', url: at }, answer, times);
}

test('RFC 9111 §4.1: each variant is found by the requests that select it', () => {
  const store = new MemoryStore(1e6);
  const english = entryOf({ vary: 'Accept-Language' });
  const german = entryOf({ vary: 'accept-language' });
  store.set(english, ['accept-language', 'en']);
  store.set(german, ['accept-language', 'de']);
  expect(store.get('html', url, ['accept-language', 'EN'])).toBe(english);
  expect(store.get('html', url, ['x', 'y', 'accept-language', 'de'])).toBe(german);
  expect(store.get('html', url, [])).toBeUndefined();
  expect(store.get('raw', url, ['accept-language', 'de'])).toBeUndefined();
});

test('a service that begins to vary is followed, and what it sent before still serves the others', () => {
  const store = new MemoryStore(1e6);
  const plain = entryOf();
  const english = entryOf({ vary: 'accept-language' });
  store.set(plain, []);
  store.set(english, ['accept-language', 'en']);
  expect(store.get('html', url, ['accept-language', 'en'])).toBe(english);
  expect(store.get('html', url, ['accept-language', 'de'])).toBe(plain);
});

test('10,000 hostile values leave at most 32 variants of a URL and stay within the bound', () => {
  const maxBytes = 4 * 1024 * 1024;
  const store = new MemoryStore(maxBytes);
  for (let at = 0; at < 10_000; at++) {
    const headers = ['accept-language', `${at}${'x'.repeat(at % 4000)}`];
    store.set(entryOf({ vary: 'accept-language' }, { size: 4096 }), headers);
    expect(store.variants(url)).toBeLessThanOrEqual(MAX_VARIANTS);
  }
  expect(store.bytes).toBeLessThanOrEqual(maxBytes);
  expect(store.count).toBe(MAX_VARIANTS);
});

test('the variant that was not used for longest goes first', () => {
  const store = new MemoryStore(1e6);
  const set = (value: string) => store.set(entryOf({ vary: 'x' }), ['x', value]);
  for (let at = 0; at < MAX_VARIANTS; at++) set(String(at));
  store.get('html', url, ['x', '0']);
  set('new');
  expect(store.get('html', url, ['x', '0'])).toBeDefined();
  expect(store.get('html', url, ['x', '1'])).toBeUndefined();
});

test('bytes are bounded, and one entry takes a tenth at most', () => {
  const store = new MemoryStore(100_000);
  for (let at = 0; at < 100; at++) store.set(entryOf({}, { size: 5000, at: `${url}/${at}` }), []);
  expect(store.bytes).toBeLessThanOrEqual(100_000);
  expect(store.count).toBeGreaterThan(10);
  expect(store.get('html', `${url}/99`, [])).toBeDefined();
  expect(store.get('html', `${url}/0`, [])).toBeUndefined();
  expect(store.set(entryOf({}, { size: 10_000 }), [])).toBe(false);
});

test('an answer that is too large does not leave its predecessor behind', () => {
  const store = new MemoryStore(100_000);
  store.set(entryOf(), []);
  store.set(entryOf({}, { size: 50_000 }), []);
  expect(store.get('html', url, [])).toBeUndefined();
});

test('a purge reaches all variants of a URL, a group, or a fragment', () => {
  const store = new MemoryStore(1e6);
  const fill = () => {
    store.set(entryOf({ vary: 'x', 'surrogate-key': 'mug red' }), ['x', '1']);
    store.set(entryOf({ vary: 'x' }), ['x', '2']);
    store.set(entryOf({ 'cache-groups': '"mug"' }, { at: `${url}/b`, fragment: 'b' }), []);
  };
  fill();
  expect(store.purge({ urls: [url] }, now)).toBe(2);
  expect(store.count).toBe(1);
  fill();
  expect(store.purge({ groups: ['mug'] }, now)).toBe(2);
  fill();
  expect(store.purge({ groups: ['mug'], within: 'b' }, now)).toBe(1);
  expect(store.purge({ fragments: ['a'], groups: ['red'] }, now)).toBe(2);
  expect(store.purge({ urls: ['http://unknown/'], groups: ['mug', 'none'] }, now)).toBe(0);
  expect(store.bytes).toBe(0);
});

test('RFC 5861: a soft purge ends freshness, the windows for stale answers begin there', () => {
  const store = new MemoryStore(1e6);
  store.set(entryOf({ 'cache-control': 'max-age=60, stale-while-revalidate=30' }), []);
  store.purge({ urls: [url], soft: true }, now + 10_000);
  expect(store.get('html', url, [])?.windows).toMatchObject({
    freshUntil: now + 10_000,
    revalidateUntil: now + 40_000,
  });
});

test('a part of a large buffer does not keep the whole of it', () => {
  const body = Buffer.alloc(64 * 1024, 'x').subarray(10, 20);
  const answer = {
    status: 200,
    headers: {},
    body,
    head: [],
    links: [],
    repairs: [],
    version: undefined,
  };
  const times = { requestedAt: now, receivedAt: now };
  const entry = createEntry({ fragment: 'a', form: 'raw', url }, answer, times);
  expect(entry.answer.body).toEqual(body);
  expect(entry.answer.body.buffer.byteLength).toBe(10);
});
