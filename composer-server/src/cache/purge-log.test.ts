import { expect, test } from 'vitest';
import type { Entry } from './entry.ts';
import { PurgeLog } from './purge-log.ts';

const entry = { fragment: 'reviews', url: 'http://a.example/mug', groups: ['mug'] } as const;
const hasHit = (log: PurgeLog, before: number) => log.hasHit(entry as unknown as Entry, before);

test.each([
  [{ urls: [entry.url] }, true],
  [{ fragments: ['reviews'] }, true],
  [{ groups: ['cup', 'mug'] }, true],
  [{ groups: ['mug'], within: 'reviews' }, true],
  [{ groups: ['mug'], within: 'stock' }, false],
  [{ urls: ['http://a.example/cup'], groups: ['cup'], fragments: ['stock'] }, false],
])('%j names what is on its way: %s', (purge, named) => {
  const log = new PurgeLog();
  log.note({ urls: [entry.url] });
  const before = log.made;
  expect(hasHit(log, before)).toBe(false);
  log.note(purge);
  expect(hasHit(log, before)).toBe(named);
  log.note({ urls: ['http://a.example/another'] });
  expect(hasHit(log, before)).toBe(named);
});

test('when everything was dropped, what began before is', () => {
  const log = new PurgeLog();
  const before = log.made;
  log.noteAll();
  expect(hasHit(log, before)).toBe(true);
  expect(hasHit(log, log.made)).toBe(false);
  log.note({ urls: ['http://a.example/cup'] });
  expect(hasHit(log, before)).toBe(true);
});

test('of more purges than are remembered one may have been it', () => {
  const log = new PurgeLog();
  const before = log.made;
  for (let i = 0; i < 1000; i++) log.note({ urls: [`http://a.example/${i}`] });
  expect(hasHit(log, before)).toBe(true);
  expect(hasHit(log, log.made - 50)).toBe(false);
});
