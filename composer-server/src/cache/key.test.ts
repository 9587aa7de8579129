import { expect, test } from 'vitest';
import { flightKey, keyHeaders, variantKey, varyNames } from './key.ts';

const one = (name: string, ...values: string[]) =>
  variantKey(
    [name],
    values.flatMap((value) => [name, value]),
  );

test('§4.1: vary names are equal in any case, order and number', () => {
  expect(varyNames({ vary: ['Foo , bar', 'BAR,,baz'] })).toEqual(['bar', 'baz', 'foo']);
  expect(varyNames({})).toEqual([]);
});

test.each([
  ['foo', ['1,2'], ['1', '2']],
  ['foo', ['1,2'], [' 1,  2 ']],
  ['accept-language', ['en, de'], ['de, en']],
  ['accept-language', ['en, de'], ['eN ,De']],
  ['accept-language', ['en;q=0.8, de'], ['de, EN; q=0.80']],
  ['accept-encoding', ['gzip, br'], ['br,gzip']],
])('§4.1: two ways of saying the same select the same variant: %s %j %j', (name, a, b) => {
  expect(one(name, ...a)).toBe(one(name, ...b));
});

test.each([
  ['foo', ['1'], ['2']],
  ['foo', ['a'], ['A']],
  ['foo', [''], []],
  ['foo', ['1, 2'], ['2, 1']],
  ['foo', ['"a,b"'], ['"a, b"']],
  ['cookie', ['a=1'], ['a=2']],
  ['accept-language', ['en, de;q=0.5'], ['en;q=0.5, de']],
  ['accept-language', ['en'], []],
])('§4.1: different requests select different variants: %s %j %j', (name, a, b) => {
  expect(one(name, ...a)).not.toBe(one(name, ...b));
});

test('the host that the visitor asked for always tells variants apart', () => {
  const keyOf = (host: string) => variantKey([], ['x-forwarded-host', host]);
  expect(keyOf('a.example')).not.toBe(keyOf('b.example'));
});

test('no value can pretend to be two', () => {
  expect(variantKey(['a', 'b'], ['a', '1=2', 'b', '3'])).not.toBe(
    variantKey(['a', 'b'], ['a', '1', 'b', '2=3']),
  );
  expect(variantKey(['a', 'b'], ['a', '1'])).not.toBe(variantKey(['a', 'b'], ['b', '1']));
});

test('a header that is never sent up tells nothing apart', () => {
  expect(variantKey(['x-never'], ['accept', 'a'])).toBe(variantKey(['x-never'], ['accept', 'b']));
});

test('what differs in every request is no part of a key, everything else that goes up is', () => {
  const flight = (headers: string[]) =>
    flightKey({ form: 'html', method: 'GET', url: 'http://a/' }, keyHeaders(headers));
  const base = ['accept', 'text/html', 'traceparent', '1', 'x-request-id', '1'];
  expect(flight([...base, 'tessera-deadline-ms', '5'])).toBe(flight(['accept', 'text/html']));
  expect(flight([...base, 'cookie', 'a=1'])).not.toBe(flight([...base, 'cookie', 'a=2']));
  expect(flight(['a', '1', 'b', '2'])).toBe(flight(['b', '2', 'a', '1']));
});

test('the largest hostile value is normalised in linear time', () => {
  const began = performance.now();
  for (const value of [
    ' '.repeat(16_000),
    `a${' '.repeat(16_000)}b`,
    ';'.repeat(16_000),
    ','.repeat(16_000),
  ])
    one('accept-language', value);
  expect(performance.now() - began).toBeLessThan(2000);
});
