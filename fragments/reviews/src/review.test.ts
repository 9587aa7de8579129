import { expect, test } from 'vitest';
import { checkReview, LIMITS } from './review.ts';

const good = { name: 'Ada', stars: '4', text: 'Keeps tea warm.' };

test('a complete form is a review; spaces around and line ends are put right', () => {
  expect(checkReview({ name: ' Ada ', stars: '4', text: 'One\r\nTwo\r' })).toEqual({
    ok: true,
    review: { name: 'Ada', stars: 4, text: 'One\nTwo' },
  });
});

test.for([
  ['name', ''],
  ['name', 'x'.repeat(LIMITS.name + 1)],
  ['stars', ''],
  ['stars', '0'],
  ['stars', '6'],
  ['stars', '4.5'],
  ['stars', '5 '.repeat(2)],
  ['text', '  '],
  ['text', 'x'.repeat(LIMITS.text + 1)],
] as const)('%s = %j is the one thing that is wrong', ([field, value]) => {
  const check = checkReview({ ...good, [field]: value });
  expect(check).toMatchObject({ ok: false, draft: { ...good, [field]: value.trim() } });
  expect(Object.keys(check.ok ? {} : check.problems)).toEqual([field]);
});

test.for([undefined, null, 'text', [], { name: { toString: 1 } }, { stars: ['5'] }])(
  '%j is an empty form',
  (body) => {
    expect(checkReview(body)).toMatchObject({
      ok: false,
      draft: { name: '', stars: '', text: '' },
      problems: { name: expect.any(String), stars: expect.any(String), text: expect.any(String) },
    });
  },
);
