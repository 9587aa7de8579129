import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lifetimeHeaders, sameLifetimeUntil } from './page-policy.ts';

test('the header fields of a lifetime stay the same until they are said to change', () => {
  const milliseconds = fc.integer({ min: 0, max: 5000 });
  fc.assert(
    fc.property(
      fc.tuple(milliseconds, milliseconds, milliseconds),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ([oldMs, freshMs, maxAgeMs], part) => {
        const now = 1_800_000_000_000;
        const lifetime = { bornAt: now - oldMs, freshUntil: now + freshMs };
        const at = (time: number) => lifetimeHeaders(lifetime, maxAgeMs, time);
        const until = sameLifetimeUntil(lifetime, now);
        expect(until).toBeGreaterThan(now);
        expect(until).toBeLessThanOrEqual(now + 1000);
        expect(at(until - 1)).toEqual(at(now));
        expect(at(Math.floor(now + part * (until - 1 - now)))).toEqual(at(now));
      },
    ),
  );
});

test('a page without parts is always the same', () => {
  const lifetime = { bornAt: 0, freshUntil: Number.POSITIVE_INFINITY };
  expect(sameLifetimeUntil(lifetime, 5)).toBe(Number.POSITIVE_INFINITY);
});
