import { expect, test } from 'vitest';
import { TokenCheck } from './token-check.ts';

const RIGHT = 'the-right-token-of-today';
const from = (address: string, token?: string) => ({
  address,
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
});

test('after ten wrong tokens in a minute no token of that address is right', () => {
  let now = 0;
  const check = new TokenCheck(() => now);
  const kind = (address: string, token?: string) =>
    check.present(from(address, token), [RIGHT]).kind;
  expect(kind('10.0.0.1', RIGHT)).toBe('right');
  expect(kind('10.0.0.1')).toBe('none');
  for (let n = 0; n < 10; n++) expect(kind('10.0.0.1', `guess-${n}`)).toBe('wrong');
  expect(kind('10.0.0.1', 'guess')).toBe('too-many');
  expect(kind('10.0.0.1', RIGHT)).toBe('too-many');
  expect(kind('10.0.0.2', RIGHT)).toBe('right');
  now += 60_000;
  expect(kind('10.0.0.1', RIGHT)).toBe('right');
});

test('an IPv6 network counts as one address, IPv4 ones in IPv6 form as many', () => {
  const check = new TokenCheck(() => 0);
  const kind = (address: string) => check.present(from(address, 'guess'), [RIGHT]).kind;
  for (let n = 0; n < 10; n++) expect(kind(`2001:db8:1:2:${n}::1`)).toBe('wrong');
  expect(kind('2001:db8:1:2::99')).toBe('too-many');
  expect(kind('2001:db8:1:3::99')).toBe('wrong');
  for (let n = 0; n < 30; n++) expect(kind(`::ffff:10.0.0.${n}`)).toBe('wrong');
});

test('what is remembered of addresses is bounded', () => {
  const check = new TokenCheck(() => 0);
  const guess = (address: string) => check.present(from(address, 'guess'), [RIGHT]).kind;
  for (let n = 0; n < 10; n++) guess('first');
  expect(guess('first')).toBe('too-many');
  for (let n = 0; n < 10_000; n++) guess(`10.${n >> 8}.${n & 255}.1`);
  expect(guess('first')).toBe('wrong');
});
