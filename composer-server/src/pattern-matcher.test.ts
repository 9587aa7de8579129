import { wholePattern } from '@tessera/contract';
import { expect, test } from 'vitest';
import { matchesPattern } from './pattern-matcher.ts';

test.each([
  ['(a+)+', `${'a'.repeat(4000)}!`],
  ['(a|a)*b', 'a'.repeat(4000)],
  ['a*a*a*a*b', 'a'.repeat(2000)],
])('%s takes no time to speak of', (pattern, value) => {
  const started = performance.now();
  expect(matchesPattern(pattern, value)).toBe(false);
  // JavaScript's own would need years.
  expect(performance.now() - started).toBeLessThan(20_000);
});

test.each([
  '[a-z0-9-]+',
  '^[a-z0-9-]+$',
  '[a-z0-9-]{1,60}',
  '\\p{L}+',
  '\\d{4}-\\d\\d',
  'a|bc',
  '(?:de|en)(?:-[A-Z]{2})?',
  '(?<year>\\d+)',
  '[^/]+\\/x',
  '',
])('%s means what it means in JavaScript', (pattern) => {
  const values = [
    '',
    'a',
    'bc',
    'abc',
    'mug-1',
    'MUG',
    'ü',
    '2026-11',
    'de-DE',
    'de-de',
    '7',
    'a\n',
    'b/x',
  ];
  for (const value of values)
    expect([value, matchesPattern(pattern, value)]).toEqual([
      value,
      wholePattern(pattern).test(value),
    ]);
});

test.each(['(?=a)a', '(?<!a)b', '(a)\\1', '(', '[z-a]'])('%s is none', (pattern) => {
  expect(() => matchesPattern(pattern, 'a')).toThrow();
});
