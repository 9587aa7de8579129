import type { PatternMatcher } from '@tessera/contract';
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';

// The only door to RE2. JavaScript's own expressions backtrack: one team's `(a+)+` and one visitor's 30 letters would stop
// the process for a minute.

const compiled = new LRUCache<string, RE2JS>({ max: 10_000 });

/** Matches in a time that grows with the value's length only (RE2): no lookaround, no back-references; those throw. */
export const matchesPattern: PatternMatcher = (pattern, value) => {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = RE2JS.compile(RE2JS.translateRegExp(pattern));
    compiled.set(pattern, expression);
  }
  return expression.matches(value);
};
