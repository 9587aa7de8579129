import { expect, test } from 'vitest';
import { countersOf, sumMetrics } from './sum-metrics.ts';

const ofOne = (pages: number, known: number) => `# HELP pages_total Pages.
# TYPE pages_total counter
pages_total{page="/a b",status="200"} ${pages}

# HELP fragment_known 1 while known.
# TYPE fragment_known gauge
fragment_known{fragment="a"} ${known}
`;

test('what several processes counted is added up, what each knows for itself is not', () => {
  expect(sumMetrics([ofOne(3, 1), ofOne(4, 1), '', ofOne(0.5, 0)])).toBe(
    `# HELP pages_total Pages.
# TYPE pages_total counter
pages_total{page="/a b",status="200"} 7.5
# HELP fragment_known 1 while known.
# TYPE fragment_known gauge
fragment_known{fragment="a"} 1
`,
  );
});

test('of a process that has ended only what it counted is left', () => {
  expect(countersOf(ofOne(3, 1))).toBe(`# HELP pages_total Pages.
# TYPE pages_total counter
pages_total{page="/a b",status="200"} 3

`);
  expect(countersOf('')).toBe('');
});
