import { expect, test } from 'vitest';
import { PageBudget } from './budget.ts';

test('slots that stand first win: the last that is still coming gives its place up', () => {
  const budget = new PageBudget(100);
  const [first, second, third] = [budget.hold(), budget.hold(), budget.hold()];
  const evicted: string[] = [];
  second.holder = { onEvicted: () => evicted.push('second') };
  third.holder = { onEvicted: () => evicted.push('third') };
  expect(third.resize(40)).toBe(true);
  expect(second.resize(50)).toBe(true);
  expect(first.resize(45)).toBe(true);
  expect(evicted).toEqual(['third']);
  expect(second.resize(56)).toBe(false);
  expect(second.bytes).toBe(0);
});

test('what is there stays, whoever comes later', () => {
  const budget = new PageBudget(100);
  const [first, second] = [budget.hold(), budget.hold()];
  expect(second.resize(70)).toBe(true);
  second.keep();
  expect(first.resize(31)).toBe(false);
  expect(first.resize(30)).toBe(true);
  expect(second.bytes).toBe(70);
});

test('one that is too large itself costs a small one nothing', () => {
  const budget = new PageBudget(100);
  const [large, small] = [budget.hold(), budget.hold()];
  expect(small.resize(12)).toBe(true);
  expect(large.resize(80)).toBe(true);
  expect(large.resize(101)).toBe(false);
  expect([large.bytes, small.bytes, small.coming]).toEqual([0, 12, true]);
});
