import { readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { folder, runCli } from './cli.ts';
import { html, inline, startServer, text } from './servers.ts';

const token = 'a-token-of-the-operators';
const authorization = `Bearer ${token}`;
const SLOT = '<body><fragment-slot name="a" timeout-ms="10000"></fragment-slot></body>';

/** A page with one fragment, served by several workers. */
async function startWorkers(a: { url: string }, flags: string[] = ['--workers', '2'], more = {}) {
  const site = await folder({
    'page.html': SLOT,
    'c.json': JSON.stringify({
      port: 0,
      templates: '.',
      pages: { '/': 'page.html' },
      fragments: { a: inline(a.url) },
      admin: { token },
      ...more,
    }),
  });
  const cli = runCli(['serve', '--config', join(site.root, 'c.json'), ...flags]);
  return {
    ...cli,
    [Symbol.asyncDispose]: async () => {
      cli.child.kill('SIGTERM');
      await cli.exited;
      await site[Symbol.asyncDispose]();
    },
  };
}

const metrics = (url: string) =>
  fetch(`${url}_tessera/metrics`, { headers: { authorization } }).then((answer) => answer.text());

/** The processes that a process has started. */
async function children(pid = 0): Promise<string[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.split(' ').filter((child) => child.trim() !== '');
}

/** One visit on a connection of its own, so that the workers take turns. */
function visit(url: string, agent: Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body)).on('error', reject);
    }).on('error', reject);
  });
}

/** Each worker has a memory of its own: once both serve, both have asked for the fragment. */
async function bothServe(a: { requests: readonly unknown[] }, url: string): Promise<void> {
  await expect.poll(() => visit(url).then(() => a.requests.length), { timeout: 15_000 }).toBe(2);
}

const pages = (metrics: string) =>
  Number(/tessera_page_duration_seconds_count\{page="\/",status="200"\} (\d+)/.exec(metrics)?.[1]);

test('workers share a port; a purge at one reaches all, and metrics are those of all', async () => {
  let n = 0;
  await using a = await startServer((request, response) =>
    html(`<b>${n}</b>`, { 'cache-control': 'max-age=600' })(request, response),
  );
  await using site = await startWorkers(a);
  const url = await site.url;
  await bothServe(a, url);
  for (let round = 1; round < 4; round++) {
    n = round;
    const purged = await fetch(`${url}_tessera/purge`, {
      method: 'POST',
      headers: { authorization },
      body: '{"fragments":["a"]}',
    });
    expect(await purged.json()).toEqual({ dropped: 2, everywhere: true });
    const asked = a.requests.length;
    await expect.poll(() => visit(url).then(() => a.requests.length)).toBe(asked + 2);
    for (let time = 0; time < 4; time++) expect(await visit(url)).toContain(`<b>${round}</b>`);
  }
  const before = await metrics(url);
  for (let time = 0; time < 6; time++) await visit(url);
  expect(pages(await metrics(url))).toBe(pages(before) + 6);
  expect(before).toContain('tessera_fragment_known{fragment="a"} 1\n');
});

test('a worker that ends is started again, and the others go on', async () => {
  await using a = await startServer(html('<b>a</b>', { 'cache-control': 'max-age=600' }));
  await using site = await startWorkers(a);
  const url = await site.url;
  await bothServe(a, url);
  const before = await children(site.child.pid);
  const counted = pages(await metrics(url));
  expect(counted).toBeGreaterThan(1);
  process.kill(Number(before[0]), 'SIGKILL');
  await expect
    .poll(() => site.lines.join('\n'), { timeout: 10_000 })
    .toContain('a worker has ended');
  expect(await visit(url)).toContain('<b>a</b>');
  // What it counted is not lost with it.
  expect(pages(await metrics(url))).toBe(counted + 1);
  const others = async () =>
    (await children(site.child.pid)).filter((pid) => !before.includes(pid)).length;
  await expect.poll(others, { timeout: 15_000 }).toBe(1);
  // It has a memory of its own, which was empty.
  await expect.poll(() => visit(url).then(() => a.requests.length), { timeout: 15_000 }).toBe(3);
}, 60_000);

test('a worker that is killed under load costs those who were on it one answer', async () => {
  await using a = await startServer((request, response) => {
    setTimeout(() => html('<b>a</b>', { 'cache-control': 'max-age=600' })(request, response), 20);
  });
  await using site = await startWorkers(a, ['--workers', '2'], {
    fragments: { a: inline(a.url, { forward: { query: ['n'] } }) },
  });
  const url = await site.url;
  await bothServe(a, url);
  let visits = 0;
  let whole = 0;
  let lost = 0;
  let done = false;
  const visitors = Array.from({ length: 10 }, async () => {
    while (!done) {
      const page = await visit(`${url}?n=${visits++}`).catch(() => undefined);
      // What is answered at all is whole.
      if (page !== undefined) expect(page).toContain('<b>a</b></fragment-slot></body>');
      if (page === undefined) lost++;
      else whole++;
    }
  });
  const more = (pages: number) => {
    const enough = whole + pages;
    return expect.poll(() => whole, { timeout: 15_000 }).toBeGreaterThan(enough);
  };
  await more(50);
  expect(lost).toBe(0);
  const before = await children(site.child.pid);
  process.kill(Number(before[0]), 'SIGKILL');
  await expect
    .poll(() => site.lines.join('\n'), { timeout: 10_000 })
    .toContain('a worker has ended');
  await more(50);
  // Each may have come to it once more before anybody knew.
  expect(lost).toBeLessThanOrEqual(20);
  const lostThen = lost;
  const others = async () =>
    (await children(site.child.pid)).filter((pid) => !before.includes(pid)).length;
  await expect.poll(others, { timeout: 15_000 }).toBe(1);
  await more(200);
  expect(lost).toBe(lostThen);
  done = true;
  await Promise.all(visitors);
}, 60_000);

test('SIGHUP replaces all workers without a failed request', async () => {
  await using a = await startServer((request, response) => {
    setTimeout(() => html('<b>a</b>')(request, response), 20);
  });
  await using site = await startWorkers(a);
  const url = await site.url;
  await expect
    .poll(async () => (await metrics(url)).length, { timeout: 10_000 })
    .toBeGreaterThan(0);
  const kept = new Agent({ keepAlive: true, maxSockets: 4 });
  let done = false;
  let visits = 0;
  const visitor = async (agent: Agent | false) => {
    while (!done) {
      expect(await visit(url, agent)).toContain('<b>a</b></fragment-slot></body>');
      visits++;
    }
  };
  const visitors = [false, false, kept, kept].map((agent) => visitor(agent as Agent | false));
  for (let time = 1; time <= 2; time++) {
    site.child.kill('SIGHUP');
    await expect
      .poll(() => site.lines.filter((line) => line.includes('have been replaced')).length, {
        timeout: 20_000,
      })
      .toBe(time);
  }
  done = true;
  await Promise.all(visitors);
  kept.destroy();
  expect(visits).toBeGreaterThan(10);
}, 60_000);

test('what workers have counted stays when they are replaced or killed, though nobody has asked', async () => {
  await using a = await startServer(html('<b>a</b>', { 'cache-control': 'max-age=600' }));
  await using site = await startWorkers(a);
  const url = await site.url;
  await bothServe(a, url);
  const before = pages(await metrics(url));
  for (let time = 0; time < 20; time++) await visit(url);
  site.child.kill('SIGHUP');
  await expect
    .poll(() => site.lines.join('\n'), { timeout: 20_000 })
    .toContain('have been replaced');
  expect(pages(await metrics(url))).toBe(before + 20);
  for (let time = 0; time < 20; time++) await visit(url);
  // Of who is killed the last second is lost.
  await sleep(2500);
  const killed = await children(site.child.pid);
  for (const pid of killed) process.kill(Number(pid), 'SIGKILL');
  await expect
    .poll(async () => (await children(site.child.pid)).length, { timeout: 20_000 })
    .toBe(2);
  await expect
    .poll(async () => pages(await metrics(url).catch(() => '')), { timeout: 20_000 })
    .toBe(before + 40);
}, 60_000);

test('workers: as many as the configuration says; what is wrong with it is said once', async () => {
  await using a = await startServer(html('<b>a</b>'));
  await using site = await startWorkers(a, [], { workers: 2 });
  expect(await text(await site.url)).toContain('<b>a</b>');
  await expect.poll(async () => (await children(site.child.pid)).length).toBe(2);
  await using broken = await folder({
    'c.json': JSON.stringify({ port: 0, templates: '.', pages: { '/': 'none.html' }, workers: 3 }),
  });
  const { code, stderr } = await runCli(['serve', '--config', join(broken.root, 'c.json')]).exited;
  expect(code).toBe(1);
  expect(stderr.match(/TEMPLATE_UNREADABLE/g)).toHaveLength(1);
});
