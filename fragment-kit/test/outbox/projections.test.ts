import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createOutbox, type Projection } from '../../src/outbox/outbox.ts';
import { startPurgeServer } from './purge-server.ts';

/** Words, and how often each of them was said. */
function openWords() {
  const database = new DatabaseSync(':memory:');
  database.exec(`CREATE TABLE words (word TEXT);
    CREATE TABLE counts (word TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID;`);
  const count = (word: unknown) =>
    database
      .prepare('INSERT INTO counts VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1')
      .run(String(word));
  const counts = (version = 1): Projection => ({
    name: 'counts',
    version,
    rebuild() {
      database.exec(`DELETE FROM counts;
        INSERT INTO counts SELECT word, count(*) FROM words GROUP BY word`);
    },
    apply: (event) => {
      count(event);
      if (event === 'poison') throw new Error('I do not say that.');
    },
  });
  const start = (projections: Projection[], composers: string[] = []) => {
    const errors: Error[] = [];
    const onError = (error: Error) => void errors.push(error);
    const retry = { firstMs: 5, maxMs: 20 };
    const outbox = createOutbox({
      ...{ database, composers, projections, retry, onError },
      purgeToken: 'secret',
    });
    const say = (word: string) =>
      outbox.transaction(() => {
        database.prepare('INSERT INTO words VALUES (?)').run(word);
        outbox.add({ groups: ['words'], event: word });
      });
    return { outbox, errors, say };
  };
  const said = () =>
    Object.fromEntries(
      database
        .prepare('SELECT word, n FROM counts')
        .all()
        .map(({ word, n }) => [word, n]),
    );
  const entries = () => database.prepare('SELECT count(*) AS n FROM outbox').get()?.n;
  return { database, counts, start, said, entries };
}

test('a projection starts from what there was, and has a change when its transaction is over', async () => {
  const { database, counts, start, said, entries } = openWords();
  database.exec("INSERT INTO words VALUES ('tea'), ('tea')");
  const { outbox, say } = start([counts()]);
  expect(said()).toEqual({ tea: 2 });
  say('tea');
  say('mug');
  expect(said()).toEqual({ tea: 3, mug: 1 });
  expect(entries()).toBe(0);
  await outbox.close();
});

test('each event counts once, over restarts and in several processes', async () => {
  const { counts, start, said } = openWords();
  const one = start([counts()]);
  const other = start([counts()]);
  one.say('tea');
  other.say('tea');
  await one.outbox.close();
  // Nobody applies this one before the next start.
  one.say('late');
  expect(said()).toEqual({ tea: 2 });
  await other.outbox.close();
  const next = start([counts()]);
  next.say('tea');
  expect(said()).toEqual({ tea: 3, late: 1 });
  await next.outbox.close();
});

test('another version is rebuilt from scratch, and an older release leaves it alone', async () => {
  const { database, counts, start, said } = openWords();
  const old = start([counts()]);
  old.say('tea');
  database.exec("UPDATE counts SET n = 99; UPDATE words SET word = 'chai'");
  const release = start([counts(2)]);
  expect(said()).toEqual({ chai: 1 });
  old.say('chai');
  expect(said()).toEqual({ chai: 1 });
  release.say('mug');
  expect(said()).toEqual({ chai: 2, mug: 1 });
  await Promise.all([old.outbox.close(), release.outbox.close()]);
});

test('a projection that fails keeps its place and its events, and stops nobody else', async () => {
  await using composer = await startPurgeServer();
  const { database, counts, start, said, entries } = openWords();
  database.exec('CREATE TABLE heard (word TEXT)');
  const heard: Projection = {
    name: 'heard',
    version: 1,
    rebuild() {},
    apply: (event) => void database.prepare('INSERT INTO heard VALUES (?)').run(String(event)),
  };
  const { outbox, errors, say } = start([counts(), heard], [composer.url]);
  say('tea');
  say('poison');
  say('mug');
  await expect.poll(() => outbox.pending()).toBe(0);
  expect(composer.asked).toHaveLength(3);
  expect(said()).toEqual({ tea: 1 });
  expect(database.prepare('SELECT word FROM heard').all()).toHaveLength(3);
  expect(entries()).toBe(2);
  expect(errors[0]).toMatchObject({
    code: 'PROJECTION_FAILED',
    cause: { message: /not say that/ },
  });
  await outbox.close();

  const corrected = start([{ ...counts(2) }, heard]);
  expect(said()).toEqual({ tea: 1, poison: 1, mug: 1 });
  await expect.poll(entries).toBe(0);
  await corrected.outbox.close();
});

test('a composer is told when the projections have the change, not before', async () => {
  const { counts, start, said } = openWords();
  const seen: unknown[] = [];
  await using composer = await startPurgeServer((_, done) => {
    seen.push(said());
    done();
  });
  const { outbox, say } = start([counts()], [composer.url]);
  say('tea');
  await expect.poll(() => outbox.pending()).toBe(0);
  expect(seen).toEqual([{ tea: 1 }]);
  await outbox.close();
});

test('projections that are async or share a name are refused', async () => {
  const { database, counts, start, entries } = openWords();
  expect(() => start([counts(), counts(2)])).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
  const asynchronous = { ...counts(), apply: async () => {} };
  const { outbox, errors, say } = start([asynchronous]);
  say('tea');
  expect(errors).toMatchObject([{ code: 'PROJECTION_FAILED', cause: { code: 'OUTBOX_ASYNC' } }]);
  expect(entries()).toBe(1);
  await outbox.close();
  // What belongs to no projection any more does not stay for ever.
  await createOutbox({ database, composers: [] }).close();
  const next = start([]);
  await expect.poll(entries).toBe(0);
  await next.outbox.close();
});
