import { expect, test } from 'vitest';
import { isMountTrigger } from './mount-trigger.ts';

test.each([
  'load',
  'media:(min-width: 600px)',
  'media: (400px <= width <= 60em)',
  'media:screen',
  'media:not print',
  'media:only screen and (min-width: calc(10em + 3px))',
  'media:(hover) and (not (pointer: coarse))',
  'media:not (hover)',
  'media:(hover) or (any-hover), print',
])('%s is a mount trigger', (value) => {
  expect(isMountTrigger(value)).toBe(true);
});

test.each([
  '',
  'soon',
  'media',
  'media:',
  'media: ',
  'media:a',
  'media:()',
  'media:( )',
  'media:min-width: 600px',
  'media:(hover',
  'media:(hover) and',
  'media:(hover),',
  'media:(hover) (pointer)',
  'load ',
])('"%s" is no mount trigger', (value) => {
  expect(isMountTrigger(value)).toBe(false);
});
