import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startComposer, startServer, text } from './servers.ts';

const SILENT = { level: 'silent' };

test('a changed template is taken up, a broken one leaves the last good one in use', async () => {
  await using shop = await startComposer({ template: 'one' });
  expect(await text(shop.url)).toBe('one');
  await writeFile(join(shop.root, 'page.html'), 'two');
  await expect.poll(() => text(shop.url)).toBe('two');
  await writeFile(
    join(shop.root, 'page.html'),
    'broken <fragment-slot name="nobody"></fragment-slot>',
  );
  await writeFile(join(shop.root, 'other.html'), 'x');
  await expect(
    shop.composer.reload({ pages: { '/': 'gone.html' }, templates: shop.root, log: SILENT }),
  ).rejects.toMatchObject({
    code: 'TEMPLATE_UNREADABLE',
  });
  expect(await text(shop.url)).toBe('two');
  await shop.composer.reload({
    pages: { '/': 'other.html' },
    templates: shop.root,
    log: SILENT,
  });
  expect(await text(shop.url)).toBe('x');
});

test('a template that is replaced by renaming is taken up, and every edit of it after that', async () => {
  await using shop = await startComposer({ template: 'one' });
  const file = join(shop.root, 'page.html');
  for (const [step, write] of [
    ['two', replaceFile],
    ['three', writeFile],
    ['four', replaceFile],
  ] as const) {
    await write(file, step);
    await expect.poll(() => text(shop.url), { timeout: 10_000 }).toBe(step);
  }
});

test('a slow older configuration does not win over a newer one', async () => {
  await using silent = await startServer(() => {}); // its manifest is waited for
  await using shop = await startComposer({
    template: 'start',
    templates: { 'older.html': 'older', 'newer.html': 'newer' },
  });
  const config = (page: string) => ({
    pages: { '/': page },
    templates: shop.root,
    log: SILENT,
  });
  await Promise.all([
    shop.composer.reload({ ...config('older.html'), fragments: { a: silent.url } }),
    shop.composer.reload(config('newer.html')),
  ]);
  expect(silent.requests).toHaveLength(1);
  expect(await text(shop.url)).toBe('newer');
});

/** As editors save: a new file takes the old one's name. */
async function replaceFile(file: string, content: string) {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}
