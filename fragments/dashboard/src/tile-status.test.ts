import { CompositionError } from '@tessera/contract';
import type { Part } from '@tessera/shell/mashup';
import { expect, test } from 'vitest';
import { overview } from './overview.ts';
import { tileStatus } from './tile-status.ts';

const loading: Part<string> = {
  state: 'loading',
  value: undefined,
  error: undefined,
  updatedAt: undefined,
  refreshing: false,
  stale: false,
};
const ready: Part<string> = {
  ...loading,
  state: 'ready',
  value: 'mugs',
  updatedAt: 1,
};
const failed = (code: string): Part<string> => ({
  ...loading,
  state: 'error',
  error: new CompositionError('', { code }),
});

test('a tile says whom it asks, and from whom it has its value', () => {
  expect(tileStatus(loading, 'the cart team', 1500).text).toBe('Asking the cart team…');
  expect(tileStatus(ready, 'the cart team', 1500)).toEqual({
    mark: 'ready',
    text: 'From the cart team',
  });
  expect(tileStatus({ ...ready, refreshing: true }, 'the cart team', 1500).mark).toBe('loading');
});

test('a time-out is told with its time, other failures by what happened', () => {
  const texts = ['TIMEOUT', 'UNREACHABLE', 'STATUS', 'INVALID'].map(
    (code) => tileStatus(failed(`MASHUP_SOURCE_${code}`), 'the cart team', 1500).text,
  );
  expect(texts).toEqual([
    'No answer from the cart team within 1.5 s.',
    'The cart team cannot be reached.',
    'The cart team answered with an error.',
    'What the cart team answered makes no sense here.',
  ]);
});

test('a value that could not be refreshed is no failure of the tile', () => {
  const stale: Part<string> = {
    ...failed('MASHUP_SOURCE_STATUS'),
    state: 'error',
    error: new CompositionError('', { code: 'MASHUP_SOURCE_STATUS' }),
    value: 'mugs',
    updatedAt: 1,
    stale: true,
  };
  expect(tileStatus(stale, 'the cart team', 1500)).toEqual({
    mark: 'stale',
    text: 'The cart team answered with an error. This is what it said before.',
  });
});

test('the overview counts what is here, what is coming and what is not', () => {
  expect(overview([ready, ready])).toBe('2 of 2 sources are here.');
  expect(overview([ready, loading, failed('MASHUP_SOURCE_STATUS')])).toBe(
    '1 of 3 sources are here, 1 on the way, 1 without an answer.',
  );
});
