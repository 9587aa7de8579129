import { expect, test } from 'vitest';
import { ageText } from './age.ts';

test('an age is told in the largest unit that it fills', () => {
  const ages = [-300, 0, 1999, 2000, 59_999, 60_000, 3_599_999, 3_600_000, 86_400_000];
  expect(ages.map(ageText)).toEqual([
    'just now',
    'just now',
    'just now',
    '2 s ago',
    '59 s ago',
    '1 min ago',
    '59 min ago',
    '1 h ago',
    '24 h ago',
  ]);
});
