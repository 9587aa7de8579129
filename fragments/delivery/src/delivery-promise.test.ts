import { expect, test } from 'vitest';
import { dayText, deliveryPromise, durationText } from './delivery-promise.ts';

const promise = (now: string) => {
  const { orderBy, arrives } = deliveryPromise(Date.parse(now));
  return [new Date(orderBy).toISOString(), arrives];
};

test('an order before two leaves the same day and arrives two working days later', () => {
  // A Tuesday, in winter: Berlin is an hour ahead.
  expect(promise('2026-11-24T10:47:00Z')).toEqual(['2026-11-24T13:00:00.000Z', '2026-11-26']);
});

test('at two on the dot it is too late for today', () => {
  expect(promise('2026-11-24T12:59:59.999Z')[1]).toBe('2026-11-26');
  expect(promise('2026-11-24T13:00:00Z')).toEqual(['2026-11-25T13:00:00.000Z', '2026-11-27']);
});

test('weekends neither send nor receive', () => {
  expect(promise('2026-11-27T13:30:00Z')).toEqual(['2026-11-30T13:00:00.000Z', '2026-12-02']);
  expect(promise('2026-11-26T09:00:00Z')[1]).toBe('2026-11-30');
});

test('two in the afternoon is Berlin’s, also when the clocks change over the weekend', () => {
  // Friday in summer time, the next parcels leave on Monday in winter time.
  expect(promise('2026-10-23T11:00:00Z')).toEqual(['2026-10-23T12:00:00.000Z', '2026-10-27']);
  expect(promise('2026-10-23T12:30:00Z')).toEqual(['2026-10-26T13:00:00.000Z', '2026-10-28']);
});

test('the day is Berlin’s too: shortly before midnight in London it is tomorrow there', () => {
  expect(promise('2026-11-22T23:30:00Z')).toEqual(['2026-11-23T13:00:00.000Z', '2026-11-25']);
});

test('durations are told in whole minutes, long ones in hours', () => {
  const minute = 60_000;
  expect(
    [0, 59_999, minute, 59.9 * minute, 133 * minute, 24 * 60 * minute, 3000 * minute].map(
      durationText,
    ),
  ).toEqual([
    'less than a minute',
    'less than a minute',
    '1 min',
    '59 min',
    '2 h 13 min',
    '1 day',
    '2 days 2 h',
  ]);
});

test('days are told with their name', () => {
  expect(dayText('2026-12-01')).toBe('Tuesday 1 December');
});
