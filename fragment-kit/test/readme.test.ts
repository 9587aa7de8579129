import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { startPurgeServer } from './outbox/purge-server.ts';

test('the code of the README’s "Publish a fragment" has at most 20 lines and runs as it stands', async () => {
  const code = await readmeCode('Publish a fragment');
  expect(code.trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(20);
  await using guestbook = await startExample('guestbook', code);
  const url = `${guestbook.url}guestbook/home`;
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
  expect(await guestbook.stop()).toBe(0);
});

test('the code of the README’s "Tell the composers what changed" does so', async () => {
  await using composer = await startPurgeServer();
  const env = { COMPOSER_URL: composer.url, PURGE_TOKEN: 'secret' };
  const code = await readmeCode('Tell the composers what changed');
  await using notices = await startExample('notices', code, env);
  const url = `${notices.url}notices/kitchen`;
  const body = new URLSearchParams({ text: 'Wash your <mug>' });
  const posted = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  expect(posted.status).toBe(303);
  expect(posted.headers.get('cache-group-invalidation')).toBe('"notices-kitchen"');
  const content = await fetch(url, { headers: { 'tessera-base': '/_fragments/notices/' } });
  expect(await content.text()).toContain('<li>Wash your &#60;mug&#62;</li>');
  expect(content.headers.get('cache-control')).toBe('max-age=60, stale-if-error=3600');
  expect(content.headers.get('cache-groups')).toBe('"notices-kitchen"');
  await expect.poll(() => composer.groups()).toEqual(['notices-kitchen']);
  expect(await notices.stop()).toBe(0);
});

/** Runs an example as a process of its own. */
async function startExample(name: string, code: string, env: Record<string, string> = {}) {
  // Inside the package, so that the imports of "@tessera/fragment" lead to it.
  const folder = await mkdtemp(join(import.meta.dirname, 'readme-'));
  await writeFile(join(folder, `${name}.ts`), code);
  const child = spawn(process.execPath, [`${name}.ts`], {
    cwd: folder,
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const end = async () => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    expect(line).toMatch(new RegExp(`^${name} listening on http://127\\.0\\.0\\.1:\\d+/$`));
    return {
      url: String(line).split(' ').at(-1),
      /** Stops it and answers its exit code. */
      async stop(): Promise<unknown> {
        await end();
        return child.exitCode;
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A section's first block of TypeScript. */
async function readmeCode(heading: string): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const section = readme.slice(readme.indexOf(`\n## ${heading}\n`));
  return /```ts\n(.*?)```/s.exec(section)?.[1] ?? '';
}
