import { expect, test } from 'vitest';
import { preferredCoding } from './accept-encoding.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['br;q=0.5, gzip', 'gzip'],
  ['gzip;q=0', undefined],
  ['gzip;q=0.000, br;q=0', undefined],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['br;q=0, *', 'gzip'],
  ['identity, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip;q=0.8', 'gzip'],
  ['identity, gzip', 'gzip'],
  ['identity;q=0', undefined],
  ['gzip;q=nonsense', undefined],
  ['gzip;q=2', undefined],
  ['gzip ; q=0.8', 'gzip'],
  ['gzip ; q = 0', undefined],
  ['gzip;q=1=0', undefined],
  [',,gzip,', 'gzip'],
  ['deflate, compress', undefined],
])('RFC 9110 §12.5.3: of br and gzip, accept-encoding %j takes %s', (accept, coding) => {
  expect(preferredCoding(accept, ['br', 'gzip'])).toBe(coding);
});
