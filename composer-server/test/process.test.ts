import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folder, runCli } from './cli.ts';
import { html, inline, startServer, text } from './servers.ts';

// What may happen to the process that composes.

const SLOT = '<fragment-slot name="a" timeout-ms="10000">own</fragment-slot>';

/** A site in a folder of its own, for the command line. */
function siteFolder(url: string, more: object = {}) {
  const config = {
    port: 0,
    templates: '.',
    pages: { '/': 'page.html' },
    fragments: { a: inline(url) },
  };
  return folder({ 'page.html': SLOT, 'c.json': JSON.stringify({ ...config, ...more }) });
}

test('SIGTERM under load: what was asked for before it is answered whole, and the process ends', async () => {
  await using a = await startServer((request, response) => {
    setTimeout(() => html('<b>a</b>')(request, response), 50);
  });
  await using site = await siteFolder(a.url, { drainMs: 20_000 });
  const { child, url, exited } = runCli(['serve', '--config', join(site.root, 'c.json')]);
  const shop = await url;
  let whole = 0;
  let refused = 0;
  const broken: string[] = [];
  const visit = async (): Promise<void> => {
    for (;;) {
      // A connection of its own each time: one that is kept may just have been closed.
      const page = await fetch(shop, { headers: { connection: 'close' } }).catch(() => undefined);
      if (!page) {
        refused++;
        return;
      }
      const answer = await page.text().catch((error) => String(error));
      if (answer.includes('<b>a</b></fragment-slot>')) whole++;
      else broken.push(answer);
    }
  };
  const visits = Array.from({ length: 20 }, visit);
  await expect.poll(() => whole, { timeout: 15_000 }).toBeGreaterThan(40);
  child.kill('SIGTERM');
  await Promise.all(visits);
  expect(refused).toBe(20);
  expect(broken).toEqual([]);
  expect((await exited).code).toBe(0);
});

test('a stop that is asked for twice is not cut short', async () => {
  const gate = Promise.withResolvers<void>();
  await using a = await startServer(async (request, response) => {
    await gate.promise;
    html('<b>a</b>')(request, response);
  });
  await using site = await siteFolder(a.url, { drainMs: 20_000 });
  const { child, url, exited } = runCli(['serve', '--config', join(site.root, 'c.json')]);
  const shop = await url;
  const page = text(shop);
  await expect.poll(() => a.requests.length).toBe(1);
  child.kill('SIGTERM');
  const refused = () =>
    fetch(`${shop}_tessera/health`).then(
      () => false,
      () => true,
    );
  await expect.poll(refused, { timeout: 10_000 }).toBe(true);
  child.kill('SIGTERM');
  child.kill('SIGINT');
  // Both have arrived once it has not ended by them: it answers.
  gate.resolve();
  expect(await page).toContain('<b>a</b></fragment-slot>');
  expect((await exited).code).toBe(0);
});

test('a log collector that reads no more costs lines, not pages', async () => {
  await using a = await startServer((_, response) => response.writeHead(500).end());
  await using site = await siteFolder(a.url, { log: { pages: 'all' } });
  const { child, url, exited } = runCli(['serve', '--config', join(site.root, 'c.json')]);
  const shop = await url;
  child.stdout.pause();
  // Some 400 KB of lines: more than a pipe and its reader keep.
  for (let round = 0; round < 50; round++) {
    const pages = await Promise.all(Array.from({ length: 20 }, () => text(shop)));
    for (const page of pages) expect(page).toContain('own</fragment-slot>');
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  child.stdout.resume();
  const { code, stdout } = await exited;
  expect(code).toBe(0);
  expect(stdout.split('page with problems').length).toBeLessThan(1000);
});

test('a full disk for the log costs lines, not pages', async () => {
  await using a = await startServer((_, response) => response.writeHead(500).end());
  // A port of its own: where it listens it cannot say.
  const free = await startServer(() => {});
  const { port } = free;
  await free.close();
  await using site = await siteFolder(a.url, { port, log: { pages: 'all' } });
  const cli = fileURLToPath(new URL('../bin/tessera.js', import.meta.url));
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [cli, 'serve', '--config', join(site.root, 'c.json')], {
    stdio: ['ignore', full, 'pipe'],
  });
  const ended = once(child, 'close');
  const shop = `http://127.0.0.1:${port}/`;
  const visit = () => text(shop).catch(() => '');
  await expect.poll(visit, { timeout: 15_000 }).toContain('own</fragment-slot>');
  for (let n = 0; n < 50; n++) expect(await visit()).toContain('own</fragment-slot>');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('an error that nobody catches is logged, and the process goes on', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using site = await folder({
    'page.html': SLOT,
    'c.mjs': `process.on('SIGUSR2', () => { throw new Error('out of nowhere'); });
      export default { port: 0, templates: '.', pages: { '/': 'page.html' }, fragments: { a: ${JSON.stringify(inline(a.url))} } };`,
  });
  const { child, url, exited, lines } = runCli(['serve', '--config', join(site.root, 'c.mjs')]);
  const shop = await url;
  child.kill('SIGUSR2');
  await expect.poll(() => lines.join(), { timeout: 15_000 }).toContain('out of nowhere');
  expect(await text(shop)).toContain('<b>a</b>');
  child.kill('SIGTERM');
  expect((await exited).code).toBe(0);
});

test('a clock that jumps changes no deadline, and keeps nothing for longer than it may be', async () => {
  let version = 1;
  await using a = await startServer((request, response) =>
    html(`<b>v${version}</b>`, { 'cache-control': 'max-age=60' })(request, response),
  );
  await using hanging = await startServer(() => {});
  await using site = await folder({
    'page.html': `${SLOT}<fragment-slot name="b" timeout-ms="300">late</fragment-slot>`,
    // The jump comes when a file says so: here with the configuration's next version.
    'c.mjs': `const now = Date.now; let by = 0; globalThis.jump = (ms) => { by += ms; };
      Date.now = () => now() + by;
      process.on('SIGUSR2', () => globalThis.jump(-3_600_000));
      export default { port: 0, templates: '.', pages: { '/': 'page.html' }, fragments: {
        a: ${JSON.stringify(inline(a.url))}, b: ${JSON.stringify(inline(hanging.url))} } };`,
  });
  const { child, url, exited } = runCli(['serve', '--config', join(site.root, 'c.mjs')]);
  const shop = await url;
  expect(await text(shop)).toContain('v1');
  version = 2;
  expect(await text(shop)).toContain('v1');
  child.kill('SIGUSR2');
  const startedAt = performance.now();
  // An hour back: nobody knows any more how old v1 is.
  await expect.poll(() => text(shop), { timeout: 10_000 }).toContain('v2');
  const page = await text(shop);
  expect(page).toContain('>late</fragment-slot>');
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  child.kill('SIGTERM');
  expect((await exited).code).toBe(0);
});
