import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { startPurgeServer } from './purge-server.ts';

async function openFile() {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-outbox-'));
  const file = join(folder, 'notes.sqlite');
  const read = (table: string) => {
    using database = new DatabaseSync(file, { timeout: 10_000 });
    return Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  };
  return {
    file,
    notes: () => read('notes'),
    /** How many entries are kept because somebody does not know of them. */
    entries: () => read('outbox'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A process of the service. `ended` is the signal that ended it, or its exit code. */
function startChild(file: string, composer: string, what: string, count = 0) {
  const args = [join(import.meta.dirname, 'child.ts'), file, composer, what, String(count)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code);
  return {
    ended,
    added: once(child.stdout, 'data'),
    kill: () => child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

const PATIENCE = { timeout: 15_000 };

test('a process that dies before COMMIT has changed nothing, and tells nothing', async () => {
  await using composer = await startPurgeServer();
  await using data = await openFile();
  const dying = startChild(data.file, composer.url, 'die-before-commit');
  expect(await dying.ended).toBe('SIGKILL');
  expect([data.notes(), data.entries()]).toEqual([0, 0]);
  expect(composer.asked).toEqual([]);
});

test('a process that dies after COMMIT leaves the delivery to the next one', async () => {
  await using composer = await startPurgeServer();
  await using data = await openFile();
  expect(await startChild(data.file, composer.url, 'die-after-commit').ended).toBe('SIGKILL');
  expect([data.notes(), data.entries()]).toEqual([1, 1]);
  expect(composer.asked).toEqual([]);
  await using _next = startChild(data.file, composer.url, 'relay');
  await expect
    .poll(() => composer.asked, PATIENCE)
    .toMatchObject([{ urls: ['/_fragments/notes/1'] }]);
  await expect.poll(data.entries, PATIENCE).toBe(0);
});

test('a process that dies before it noted the answer delivers once more, and still in order', async () => {
  const arrived = Promise.withResolvers<void>();
  let isFirst = true;
  await using composer = await startPurgeServer((_, done) => {
    // The purge is done, but nobody lives to hear it.
    if (!isFirst) return done();
    isFirst = false;
    arrived.resolve();
  });
  await using data = await openFile();
  const dying = startChild(data.file, composer.url, 'relay', 3);
  await dying.added;
  await arrived.promise;
  dying.kill();
  expect(await dying.ended).toBe('SIGKILL');
  expect(data.entries()).toBe(3);
  await using _next = startChild(data.file, composer.url, 'relay');
  await expect.poll(data.entries, PATIENCE).toBe(0);
  const urls = composer.asked.flatMap(({ urls }) => urls);
  // On a machine so slow that the first one had asked twice before it died, once more than that.
  expect(urls.filter((url) => url === '/_fragments/notes/1').length).toBeGreaterThan(1);
  expect(urls).toEqual(urls.toSorted());
  expect([...new Set(urls)]).toEqual([1, 2, 3].map((id) => `/_fragments/notes/${id}`));
});

test('three processes on one file deliver everything once, in the order of the commits', async () => {
  await using composer = await startPurgeServer();
  await using data = await openFile();
  const each = 25;
  const children = [1, 2, 3].map(() => startChild(data.file, composer.url, 'relay', each));
  await Promise.all(children.map(({ added }) => added));
  await expect.poll(data.entries, PATIENCE).toBe(0);
  for (const child of children) await child[Symbol.asyncDispose]();
  expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  const expected = Array.from({ length: 3 * each }, (_, i) => `/_fragments/notes/${i + 1}`);
  const urls = composer.asked.flatMap(({ urls }) => urls);
  // At least once: on a machine so slow that a lease ran out, an entry may come again.
  expect([...new Set(urls)]).toEqual(expected);
});

test('when the process that delivers dies, another one goes on', async () => {
  const arrived = Promise.withResolvers<void>();
  let isStuck = true;
  await using composer = await startPurgeServer((_, done) => {
    arrived.resolve();
    if (!isStuck) done();
  });
  await using data = await openFile();
  const dying = startChild(data.file, composer.url, 'relay', 1);
  await dying.added;
  await arrived.promise;
  await using other = startChild(data.file, composer.url, 'relay', 1);
  await other.added;
  isStuck = false;
  dying.kill();
  await dying.ended;
  await expect.poll(data.entries, PATIENCE).toBe(0);
  const urls = composer.asked.flatMap(({ urls }) => urls);
  expect(urls.lastIndexOf('/_fragments/notes/1')).toBeLessThan(urls.indexOf('/_fragments/notes/2'));
});
