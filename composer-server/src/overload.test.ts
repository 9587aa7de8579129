import { expect, test } from 'vitest';
import { Overload } from './overload.ts';

const OPTIONS = { maxRequests: 400, maxDelayMs: 200 };

test('near the limit optional slots are left out, at the limit requests are', () => {
  const overload = new Overload(() => OPTIONS);
  const admissions = Array.from({ length: 401 }, () => overload.enter());
  expect(admissions.indexOf('essential')).toBe(300);
  expect(admissions.indexOf('none')).toBe(400);
  expect(overload.inFlight).toBe(400);
  expect(overload.shedPages).toBe(1);
  overload.leave();
  expect(overload.enter()).toBe('essential');
});

test('a late event loop lowers the limit, down to what cannot be the reason; then it comes back', () => {
  const overload = new Overload(() => OPTIONS);
  for (let i = 0; i < 400; i++) overload.enter();
  overload.note(201);
  expect(overload.enter()).toBe('none');
  for (let i = 0; i < 200; i++) overload.leave();
  for (let beat = 0; beat < 100; beat++) overload.note(201);
  for (let i = 0; i < 100; i++) overload.leave();
  expect(overload.inFlight).toBe(100);
  expect(overload.enter()).toBe('none');
  for (let beat = 0; beat < 40; beat++) overload.note(0); // two seconds
  for (let i = 0; i < 250; i++) expect(overload.enter()).not.toBe('none');
});

test('with few requests a late event loop changes nothing', () => {
  const overload = new Overload(() => OPTIONS);
  for (let beat = 0; beat < 100; beat++) overload.note(5000);
  const admissions = Array.from({ length: 75 }, () => overload.enter());
  expect(new Set(admissions)).toEqual(new Set(['all']));
});

test('when it is off, everything is taken on', () => {
  const overload = new Overload(() => undefined);
  for (let i = 0; i < 10_000; i++) expect(overload.enter()).toBe('all');
});
