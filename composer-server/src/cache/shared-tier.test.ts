import { expect, test } from 'vitest';
import type { Purge } from './memory-store.ts';
import type { SharedAnswer, SharedStore } from './shared-store.ts';
import { SharedTier } from './shared-tier.ts';

const question = { fragment: 'a', form: 'html', url: 'http://a.example/', headers: [] };
const nothing: SharedAnswer = { entry: undefined, epoch: 7 };

/** A tier that does as it is told. */
function tierOf(getMany: SharedStore['getMany'], purge: SharedStore['purge'] = async () => {}) {
  const asked: number[] = [];
  const store: SharedStore = {
    getMany(questions) {
      asked.push(questions.length);
      return getMany(questions);
    },
    purge,
    set: () => Promise.reject(new Error('full')),
    listen() {},
    async close() {},
  };
  return { tier: new SharedTier(store, { pauseMs: 60_000, purgeLimitMs: 20 }), asked };
}

test('the questions of one tick are one round trip', async () => {
  const { tier, asked } = tierOf(async (questions) => questions.map(() => nothing));
  const answers = await Promise.all([question, question, question].map((one) => tier.get(one)));
  expect(answers).toEqual([nothing, nothing, nothing]);
  expect(asked).toEqual([3]);
});

test('nobody waits for a tier that hangs, and after five times it is left alone', async () => {
  const { tier, asked } = tierOf(() => new Promise(() => {}));
  for (let at = 0; at < 8; at++) expect(await tier.get(question)).toBeUndefined();
  expect(asked).toHaveLength(5);
});

test('a tier that fails rejects nothing', async () => {
  const { tier, asked } = tierOf(() => Promise.reject(new Error('down')));
  for (let at = 0; at < 8; at++) expect(await tier.get(question)).toBeUndefined();
  expect(asked).toHaveLength(5);
});

test('purges that the tier could not be told are told when it is back', async () => {
  const told: Purge[] = [];
  let up = false;
  const { tier } = tierOf(
    async () => [],
    async (purge) => {
      if (!up) throw new Error('down');
      told.push(purge);
    },
  );
  expect(await tier.purge({ urls: ['a'] })).toBe(false);
  expect(await tier.purge({ urls: ['b'] })).toBe(false);
  up = true;
  await tier.catchUp();
  expect(told).toEqual([{ urls: ['a'] }, { urls: ['b'] }]);
  await tier.catchUp();
  expect(told).toHaveLength(2);
});
