import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

const HEADING = '\n## Publish a fragment\n';

test('the code of the README’s "Publish a fragment" has at most 20 lines and runs as it stands', async () => {
  const code = await readmeCode();
  expect(code.trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(20);
  // Inside the package, so that the import of "@tessera/fragment" leads to it.
  const folder = await mkdtemp(join(import.meta.dirname, 'readme-'));
  try {
    await writeFile(join(folder, 'guestbook.ts'), code);
    const child = spawn(process.execPath, ['guestbook.ts'], {
      cwd: folder,
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    try {
      const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
      expect(line).toMatch(/^guestbook listening on http:\/\/127\.0\.0\.1:\d+\/$/);
      const url = `${String(line).split(' ').at(-1)}guestbook/home`;
      const posted = await fetch(url, {
        method: 'POST',
        headers: { referer: '/?q=mug' },
        body: new URLSearchParams({ greeting: 'Hello & welcome' }),
        redirect: 'manual',
      });
      expect([posted.status, posted.headers.get('location')]).toEqual([303, '/?q=mug']);
      const headers = { 'tessera-base': '/_fragments/guestbook/' };
      const html = await (await fetch(url, { headers })).text();
      expect(html).toContain('<li>Hello &#38; welcome</li>');
      expect(html).toContain('action="/_fragments/guestbook/home"');
    } finally {
      child.kill('SIGTERM');
      expect((await exited)[0]).toBe(0);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The section's first block of TypeScript. */
async function readmeCode(): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const section = readme.slice(readme.indexOf(HEADING));
  return /```ts\n(.*?)```/s.exec(section)?.[1] ?? '';
}
