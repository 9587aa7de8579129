import { expect, test } from 'vitest';
import { addressOfDay, dayOfAddress } from './bad-day.ts';

test('the address names the day, and forgets it again', () => {
  const bad = addressOfDay('http://shop.example/dashboard?tessera=inspect#top', 'slow');
  expect(bad).toBe('http://shop.example/dashboard?tessera=inspect&day=slow#top');
  expect(dayOfAddress(new URL(bad).search)).toBe('slow');
  expect(addressOfDay(bad, 'normal')).toBe('http://shop.example/dashboard?tessera=inspect#top');
});

test('a day that nobody knows is a normal one', () => {
  expect(['', '?day=', '?day=toString', '?day=monday'].map(dayOfAddress)).toEqual([
    'normal',
    'normal',
    'normal',
    'normal',
  ]);
});
