import { expect, test } from 'vitest';
import { identifierPrefix } from './identifier-prefix.ts';

test('the prefix is the same for the same content, another for another, and fit for an id', () => {
  expect(identifierPrefix('product', 'mug-1')).toBe(identifierPrefix('product', 'mug-1'));
  expect(identifierPrefix('product', 'list?q=mug')).not.toBe(identifierPrefix('product', 'list'));
  expect(identifierPrefix('product', 'ä "<')).toMatch(/^product-[0-9a-z]+-$/);
});
