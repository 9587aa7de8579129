import { expect, test } from 'vitest';
import { PageBudget } from './budget.ts';

test('slots that stand first win: the last that is still coming gives its place up', () => {
  const budget = new PageBudget(100);
  const [first, second, third] = [budget.hold(), budget.hold(), budget.hold()];
  const evicted: string[] = [];
  second.onEvicted = () => evicted.push('second');
  third.onEvicted = () => evicted.push('third');
  expect(third.resize(40)).toBe(true);
  expect(second.resize(50)).toBe(true);
  expect(first.resize(60)).toBe(true);
  expect(evicted).toEqual(['third', 'second']);
  expect(first.resize(100)).toBe(true);
  expect(first.resize(101)).toBe(false);
  expect(first.bytes).toBe(0);
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
