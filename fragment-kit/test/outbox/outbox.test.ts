import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { createOutbox, type Outbox, type OutboxOptions } from '../../src/outbox/outbox.ts';
import { reply, startPurgeServer } from './purge-server.ts';

const RETRY = { firstMs: 5, maxMs: 20 };

function open(options: Omit<OutboxOptions, 'database' | 'purgeToken'>) {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE notes (text TEXT)');
  const errors: Error[] = [];
  const outbox = createOutbox({
    database,
    purgeToken: 'secret',
    retry: RETRY,
    onError: (error) => errors.push(error),
    ...options,
  });
  const rows = () => database.prepare('SELECT count(*) AS n FROM outbox').get()?.n;
  return { database, outbox, errors, rows };
}

function purgeGroups(outbox: Outbox, ...groups: string[]): void {
  for (const group of groups) outbox.transaction(() => outbox.add({ groups: [group] }));
}

const delivered = (outbox: Outbox) => expect.poll(() => outbox.pending()).toBe(0);

test('a change and what it outdates are stored together, delivered, and forgotten', async () => {
  await using composer = await startPurgeServer();
  const { database, outbox, rows } = open({ composers: composer.url });
  const id = outbox.transaction(() => {
    outbox.add({ groups: ['mug-1', 'mugs'], urls: ['/_fragments/mug/1'], soft: true });
    return database.prepare("INSERT INTO notes VALUES ('new')").run().lastInsertRowid;
  });
  expect(id).toBe(1);
  await delivered(outbox);
  expect(composer.asked).toEqual([
    { urls: ['/_fragments/mug/1'], groups: ['mug-1', 'mugs'], fragments: [], soft: true },
  ]);
  expect(rows()).toBe(0);
  await outbox.close();
});

test('a change that fails leaves neither row nor entry, and nothing is delivered', async () => {
  await using composer = await startPurgeServer();
  const { database, outbox, rows } = open({ composers: composer.url });
  expect(() =>
    outbox.transaction(() => {
      database.exec("INSERT INTO notes VALUES ('lost')");
      outbox.add({ groups: ['lost'] });
      throw new Error('No.');
    }),
  ).toThrow('No.');
  expect(database.prepare('SELECT count(*) AS n FROM notes').get()?.n).toBe(0);
  expect(rows()).toBe(0);
  purgeGroups(outbox, 'kept');
  await delivered(outbox);
  expect(composer.groups()).toEqual(['kept']);
  await outbox.close();
});

test('BEGIN and COMMIT of the team’s own do as well, and nothing leaves before COMMIT', async () => {
  await using composer = await startPurgeServer();
  const { database, outbox } = open({ composers: composer.url });
  database.exec('BEGIN');
  outbox.add({ fragments: ['mug'] });
  // Also what settles while the transaction is open must wait, instead of becoming part of it.
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(() => setImmediate(resolve));
  await promise;
  expect(composer.asked).toEqual([]);
  database.exec('COMMIT');
  await delivered(outbox);
  expect(composer.asked).toMatchObject([{ fragments: ['mug'], soft: false }]);
  await outbox.close();
});

test('mistakes are named: no transaction, an async one, an entry that no composer would take', async () => {
  const { outbox, rows } = open({ composers: [] });
  expect(() => outbox.add({ groups: ['mug'] })).toThrow(
    expect.objectContaining({ code: 'OUTBOX_OUTSIDE_TRANSACTION' }),
  );
  expect(() => outbox.transaction(async () => outbox.add({ groups: ['mug'] }))).toThrow(
    expect.objectContaining({ code: 'OUTBOX_ASYNC' }),
  );
  for (const entry of [
    {},
    { groups: [''] },
    { groups: ['x'.repeat(129)] },
    { groups: ['bücher'] },
    { urls: ['mug/1'] },
    { urls: ['/products/1'] },
    { urls: ['/_fragments/mug/a b'] },
    { fragments: ['No'] },
    { event: () => {} },
  ]) {
    expect(() => outbox.transaction(() => outbox.add(entry)), JSON.stringify(entry)).toThrow(
      expect.objectContaining({ code: 'OUTBOX_ENTRY_INVALID' }),
    );
  }
  expect(rows()).toBe(0);
  await outbox.close();
});

test.for([
  [{ composers: 'nowhere' }, 'composers'],
  [{ composers: 'ftp://composer.example/' }, 'composers'],
  [{ composers: 'http://composer.example/', purgeToken: undefined }, 'purgeToken'],
  [{ composers: 'http://composer.example/', purgeToken: 'a b' }, 'purgeToken'],
  [{ composers: [], timeoutMs: 0 }, 'timeoutMs'],
  [{ composers: [], pollMs: Number.NaN }, 'pollMs'],
  [{ composers: [], drainMs: -1 }, 'drainMs'],
] as const)('a wrong option is refused: %j', ([options, name]) => {
  using database = new DatabaseSync(':memory:');
  const create = () => createOutbox({ database, purgeToken: 'secret', ...options });
  expect(create).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(create).toThrow(`createOutbox: ${name} must be`);
});

test('entries of a group are sent one after the other, those of other groups do not wait', async () => {
  const gate = Promise.withResolvers<void>();
  const slowAsked = Promise.withResolvers<void>();
  await using composer = await startPurgeServer(async ({ groups }, done) => {
    if (groups.includes('slow')) {
      slowAsked.resolve();
      await gate.promise;
    }
    done();
  });
  const { outbox } = open({ composers: composer.url });
  purgeGroups(outbox, 'slow');
  outbox.transaction(() => outbox.add({ groups: ['slow', 'second'] }));
  outbox.transaction(() => outbox.add({ groups: ['second', 'third'] }));
  await slowAsked.promise;
  purgeGroups(outbox, 'other', 'another');
  await expect.poll(() => composer.groups()).toEqual(['slow', 'other', 'another']);
  expect(outbox.pending()).toBeGreaterThanOrEqual(3);
  gate.resolve();
  await delivered(outbox);
  const sent = composer.asked.map(({ groups }) => groups.join());
  expect(sent.slice(3)).toEqual(['slow,second', 'second,third']);
  await outbox.close();
});

test('whatever a composer answers but success is tried again, in order, and reported once', async () => {
  const answers: ((response: Parameters<typeof reply>[0]) => void)[] = [
    (response) => response.writeHead(401).end(),
    (response) => response.writeHead(404).end('nothing here'),
    (response) => response.writeHead(503).end(),
    (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
    (response) => response.destroy(),
    (response) => response.writeHead(200).end('<p>Welcome to the proxy</p>'),
    (response) => response.writeHead(200).end('x'.repeat(100_000)),
    (response) => reply(response, { dropped: 1 }),
    (response) => reply(response, { dropped: 1, everywhere: false }),
  ];
  let next = 0;
  await using composer = await startPurgeServer(({ groups }, done, response) => {
    const answer = groups.includes('first') ? answers[next++] : undefined;
    if (answer) answer(response);
    else done();
  });
  const { outbox, errors } = open({ composers: composer.url });
  purgeGroups(outbox, 'first', 'first', 'other');
  await delivered(outbox);
  const first = composer.groups().filter((group) => group === 'first');
  expect(first).toHaveLength(answers.length + 2);
  expect(composer.groups().slice(0, 2).toSorted()).toEqual(['first', 'other']);
  expect(errors).toMatchObject([{ code: 'PURGE_NOT_DELIVERED' }]);
  expect(errors[0]?.message).not.toContain('secret');
  await outbox.close();
});

test('a composer that does not answer in time is asked again', async () => {
  let calls = 0;
  await using composer = await startPurgeServer((_, done) => {
    if (++calls > 1) done();
  });
  const { outbox, errors } = open({ composers: composer.url, timeoutMs: 50 });
  purgeGroups(outbox, 'mug');
  await delivered(outbox);
  // On a busy machine the second answer may be late as well.
  expect(calls).toBeGreaterThan(1);
  expect(errors[0]?.message).toContain('did not answer in time');
  await outbox.close();
});

test('every composer is told, and one that is down neither delays the other nor is forgotten', async () => {
  await using up = await startPurgeServer();
  const { port, ...down } = await startPurgeServer();
  await down.close();
  const { outbox, errors, rows } = open({ composers: [up.url, down.url] });
  purgeGroups(outbox, 'a', 'b', 'a');
  await expect.poll(() => up.groups().toSorted()).toEqual(['a', 'a', 'b']);
  await expect.poll(() => errors.length).toBe(1);
  expect([outbox.pending(), rows()]).toEqual([3, 3]);
  await using back = await startPurgeServer((_, done) => done(), { port });
  await delivered(outbox);
  expect(back.groups().toSorted()).toEqual(['a', 'a', 'b']);
  expect(up.asked).toHaveLength(3);
  expect(rows()).toBe(0);
  await outbox.close();
});

test('a composer that is down is asked one thing at a time, and gets everything when it is back', async () => {
  let isDown = true;
  let active = 0;
  const activeAt: number[] = [];
  await using composer = await startPurgeServer(async (_, done, response) => {
    activeAt.push(++active);
    await new Promise(setImmediate);
    active -= 1;
    if (isDown) response.writeHead(503).end();
    else done();
  });
  // None comes again before all of the first eight have failed.
  const retry = { firstMs: 200, maxMs: 200 };
  const { outbox, errors } = open({ composers: composer.url, retry });
  const groups = Array.from({ length: 60 }, (_, i) => `group-${i}`);
  purgeGroups(outbox, ...groups);
  await expect.poll(() => activeAt.length).toBeGreaterThan(24);
  // Eight at first, and those that took their places before all eight had failed.
  expect(activeAt.slice(16, 24)).toEqual(Array(8).fill(1));
  isDown = false;
  await delivered(outbox);
  expect(new Set(composer.groups())).toEqual(new Set(groups));
  expect(errors).toHaveLength(1);
  await outbox.close();
});

test('a retry waits longer each time', async () => {
  const at: number[] = [];
  await using composer = await startPurgeServer((_, done, response) => {
    at.push(performance.now());
    if (at.length > 5) done();
    else response.writeHead(500).end();
  });
  const { outbox } = open({ composers: composer.url, retry: { firstMs: 20, maxMs: 10_000 } });
  purgeGroups(outbox, 'mug');
  await delivered(outbox);
  // A busy machine makes waits longer, never shorter: half of 20, 40, 80, 160 and 320 ms is the least.
  const waits = at.slice(1).map((time, i) => time - (at[i] ?? 0));
  for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(10 * 2 ** i - 3);
  await outbox.close();
});

test('closing cuts a request after drainMs and keeps the entry for the next start', async () => {
  const asked = Promise.withResolvers<void>();
  let isStuck = true;
  await using composer = await startPurgeServer((_, done) => {
    asked.resolve();
    if (!isStuck) done();
  });
  const { database, outbox, errors, rows } = open({
    composers: composer.url,
    timeoutMs: 60_000,
    drainMs: 10,
  });
  purgeGroups(outbox, 'mug');
  await asked.promise;
  await Promise.all([outbox.close(), outbox.close()]);
  expect(rows()).toBe(1);
  purgeGroups(outbox, 'late');
  expect(composer.asked).toHaveLength(1);
  expect(errors).toEqual([]);

  isStuck = false;
  // No lease is left behind that would make the next one wait.
  const next = createOutbox({ database, composers: composer.url, purgeToken: 'secret' });
  await delivered(next);
  expect(composer.groups().toSorted()).toEqual(['late', 'mug', 'mug']);
  await next.close();
});

test('closing lets a running request finish', async () => {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  await using composer = await startPurgeServer(async (_, done) => {
    asked.resolve();
    await gate.promise;
    done();
  });
  const { outbox, rows } = open({ composers: composer.url });
  purgeGroups(outbox, 'mug');
  await asked.promise;
  const closing = outbox.close();
  gate.resolve();
  await closing;
  expect(rows()).toBe(0);
});

test('a database that is closed first ends the outbox without a word', async () => {
  const reject = vi.fn();
  process.on('unhandledRejection', reject);
  await using composer = await startPurgeServer((_, _done, response) => {
    response.writeHead(500).end();
  });
  const { database, outbox, errors } = open({ composers: composer.url });
  purgeGroups(outbox, 'mug');
  await expect.poll(() => errors.length).toBe(1);
  database.close();
  await outbox.close();
  process.off('unhandledRejection', reject);
  expect(reject).not.toHaveBeenCalled();
  expect(errors).toHaveLength(1);
});
