import { expect, test } from 'vitest';
import { groupsOf, invalidationOf } from './invalidation.ts';
import { parseDictionary, parseList } from './structured-field.ts';

const url = 'http://a.example/reviews/mug';
const after = (method: string, status: number, headers: Record<string, string> = {}) =>
  invalidationOf({ method, url }, { status, headers });

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'WHATEVER'])(
  '§4.4: a successful %s invalidates its URL',
  (method) => {
    expect(after(method, 200)?.urls).toEqual([url]);
    expect(after(method, 303)?.urls).toEqual([url]);
    expect(after(method, 404)).toBeUndefined();
    expect(after(method, 500)).toBeUndefined();
  },
);

test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])('§4.4: %s invalidates nothing', (method) => {
  expect(after(method, 200, { 'cache-group-invalidation': '"a"' })).toBeUndefined();
});

test('§4.4: location and content-location are invalidated on the same origin only', () => {
  const urls = after('POST', 201, { location: 'other#part', 'content-location': '/x?y=1' })?.urls;
  expect(urls).toEqual([url, 'http://a.example/reviews/other', 'http://a.example/x?y=1']);
  expect(after('POST', 201, { location: 'http://b.example/x' })?.urls).toEqual([url]);
  expect(after('POST', 201, { location: 'http://[' })?.urls).toEqual([url]);
});

test('RFC 9875: groups are strings of a structured list, and words of surrogate-key', () => {
  expect(groupsOf({ 'cache-groups': '"a", "b;c";x=1', 'surrogate-key': 'd  e a' })).toEqual([
    'a',
    'b;c',
    'd',
    'e',
  ]);
  expect(groupsOf({ 'cache-groups': ['"a"', '"b"'] })).toEqual(['a', 'b']);
  expect(groupsOf({ 'cache-groups': 'a, "b"' })).toEqual([]);
  expect(groupsOf({ 'cache-groups': '"a' })).toEqual([]);
  expect(after('POST', 200, { 'cache-group-invalidation': '"a", "b"' })?.groups).toEqual([
    'a',
    'b',
  ]);
});

test('groups are bounded in number and length', () => {
  const many = Array.from({ length: 100 }, (_, at) => `g${at}`).join(' ');
  expect(groupsOf({ 'surrogate-key': many })).toHaveLength(64);
  expect(groupsOf({ 'surrogate-key': 'x'.repeat(129) })).toEqual([]);
});

test.each(['a=1, b', 'a="x, y"', 'a=?0', 'a=(1 "b" c);d=1', 'a=:YQ==:', 'a=1.5', 'a;b=c'])(
  'RFC 9651: the dictionary %j is valid',
  (field) => expect(parseDictionary(field)?.has('a')).toBe(true),
);

test.each(['a=', 'A=1', 'a=1,', 'a=1 b', 'a="x', 'a=(1', 'a=?2', 'a==1', 'é', 'a=1.', 'a=("b"c)'])(
  'RFC 9651: the dictionary %j is invalid',
  (field) => expect(parseDictionary(field)).toBeUndefined(),
);

test('RFC 9651: items have types, escapes are undone', () => {
  expect(parseList('"a\\"b", tok, 5, -1.5, ?1')).toEqual([
    { type: 'string', value: 'a"b' },
    { type: 'token', value: 'tok' },
    { type: 'integer', value: 5 },
    { type: 'decimal', value: -1.5 },
    { type: 'boolean', value: true },
  ]);
  expect(parseList('')).toEqual([]);
  expect(parseList('1 2')).toBeUndefined();
});
