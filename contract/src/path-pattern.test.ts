import { expect, test } from 'vitest';
import { expandPath, matchPath, type PathPattern, parsePathPattern } from './path-pattern.ts';

function pattern(source: string): PathPattern {
  const parsed = parsePathPattern(source);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

test('a path fits its pattern and gives its params decoded', () => {
  expect({ ...matchPath(pattern('/products/:sku'), '/products/a%20b') }).toEqual({ sku: 'a b' });
  expect({ ...matchPath(pattern('api/*rest'), '/api/a/b%2Fc') }).toEqual({ rest: 'a/b%2Fc' });
  expect(matchPath(pattern('/products/:sku'), '/products/')).toBeUndefined();
  expect(matchPath(pattern('/products/:sku'), '/products/a/b')).toBeUndefined();
  expect(matchPath(pattern('/'), '/')).toEqual({});
});

test('params are encoded into their segments and cannot leave them', () => {
  const path = (source: string, params: Record<string, string>) => {
    const expanded = expandPath(pattern(source), params);
    return expanded.ok ? expanded.path : expanded.reason;
  };
  expect(path('p/:sku?page=:page&all=1', { sku: 'a?b#ü', page: '1&2' })).toBe(
    'p/a%3Fb%23%C3%BC?page=1%262&all=1',
  );
  expect(path('p/:sku?page=:page', { sku: 'a' })).toBe('p/a');
  for (const sku of ['..', '.', '%2e%2E', 'a/b', 'a\\b', 'a\nb', '\0', '\ud800']) {
    expect(path(':sku', { sku })).toBe('is no path segment');
  }
  expect(path('x/*rest', { rest: 'a/b%20c' })).toBe('x/a/b%20c');
  expect(path('x/*rest', { rest: 'a/../b' })).toBe('is no path segment');
});

test.each([
  ':',
  'a/:/b',
  'a:b',
  '*rest/a',
  'a//b',
  '../a',
  'a?b?c',
  ':a/:a',
  'a b',
  '%zz',
  'a%',
  'a?b=%f',
  'a\u0001b',
  'a\u007f',
])('%s is no pattern', (source) => {
  expect(parsePathPattern(source)).toBeTypeOf('string');
});
