import { expect, test } from 'vitest';
import { readOpinions } from './opinions.ts';
import { readPairs } from './pairs.ts';
import { readStock, summariseStock } from './stock.ts';
import { readSummary } from './summary.ts';
import { productName } from './texts.ts';

const mug = { sku: 'mug-1', name: 'Mug', priceCents: 1800, stock: 40, picture: '/mug.svg' };
const lamp = { sku: 'lamp', name: 'Lamp', priceCents: 9000, stock: 3, picture: '/lamp.svg' };

test('the stock tells what will be sold out first', () => {
  const stock = readStock({ products: [mug, lamp] });
  expect(summariseStock(stock, 1)).toEqual({
    count: 2,
    pieces: 43,
    valueCents: 40 * 1800 + 3 * 9000,
    low: [lamp],
  });
});

test('the average of all reviews follows from how their stars are spread', () => {
  const { average, count, spread } = readOpinions({ spread: [1, 0, 0, 0, 3], newest: [] });
  expect({ average, count, first: spread[0] }).toEqual({
    average: 4,
    count: 4,
    first: { stars: 5, count: 3 },
  });
  expect(readOpinions({ spread: [0, 0, 0, 0, 0], newest: [] }).average).toBe(0);
});

test('a part of the summary that failed is named as missing, and the others stay', () => {
  const summary = readSummary({
    data: { price: { priceCents: 1800 }, rating: null, related: { count: 4 } },
    parts: {
      price: { state: 'ready', source: 'origin', ms: 4 },
      rating: { state: 'error', error: 'FRAGMENT_TIMEOUT', ms: 301 },
    },
  });
  expect(summary).toEqual({
    priceCents: 1800,
    average: undefined,
    ratings: undefined,
    stock: undefined,
    related: 4,
    parts: [
      { name: 'price', ok: true, ms: 4 },
      { name: 'rating', ok: false, ms: 301 },
    ],
  });
});

test('an answer of another shape is refused, and the message says where', () => {
  expect(() => readStock({ products: [{ ...mug, stock: '40' }] })).toThrow(
    '"stock" should be a number, but is "40".',
  );
  expect(() => readPairs([])).toThrow('"recommendations" should be an object, but is [].');
  expect(() => readOpinions({ spread: [1, 2], newest: [] })).toThrow('"2" should be a number');
});

test('names come with what is not the stock’s, where the teams know them', () => {
  const pairs = [
    { sku: 'mug-1', name: 'Mug', with: 'lamp', times: 3 },
    { sku: 'a', name: null, with: 'b', withName: 'Bowl', times: 1 },
  ];
  expect(readPairs({ pairs })).toEqual([
    { products: [{ sku: 'mug-1', name: 'Mug' }, { sku: 'lamp' }], times: 3 },
    { products: [{ sku: 'a' }, { sku: 'b', name: 'Bowl' }], times: 1 },
  ]);
  expect(productName('desk-lamp', undefined, 'Evening Lamp')).toBe('Evening Lamp');
  expect(productName('desk-lamp', undefined)).toBe('Desk lamp');
});
