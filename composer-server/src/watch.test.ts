import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { watchFiles } from './watch.ts';

test('a file is seen when it is replaced by renaming, edited in place, removed and made again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-watch-'));
  const file = join(folder, 'page.html');
  await writeFile(file, 'one');
  let changes = 0;
  let looked = 0;
  const stop = watchFiles(
    () => {
      looked++;
      return [file];
    },
    async () => {
      changes++;
    },
    Infinity, // the file was written a moment ago
  );
  try {
    // What it finds the second time it compares with the first.
    await expect.poll(() => looked, { timeout: 10_000 }).toBeGreaterThan(1);
    const replace = async (text: string) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    const steps = [
      () => replace('two'),
      () => writeFile(file, 'three'),
      () => replace('four'),
      () => unlink(file),
      () => writeFile(file, 'five'),
    ];
    for (const [i, step] of steps.entries()) {
      await step();
      await expect.poll(() => changes, { timeout: 10_000 }).toBe(i + 1);
    }
  } finally {
    stop();
    await rm(folder, { recursive: true });
  }
});

test('what changed while the files were read is seen at the first look', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-watch-'));
  const file = join(folder, 'page.html');
  const readAt = Date.now();
  await writeFile(file, 'two');
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  const stop = watchFiles(
    () => [file],
    async () => resolve(),
    readAt,
  );
  await changed;
  stop();
  await rm(folder, { recursive: true });
});
