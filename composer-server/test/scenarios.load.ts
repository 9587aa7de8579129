import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { folder, runCli } from './cli.ts';
import { percentile, visitAll, visitAtRate } from './load.ts';
import { deadAndHanging, FULL, SCENARIOS } from './scenarios.ts';
import { inline } from './servers.ts';

test.each(Object.entries(SCENARIOS).filter(([, run]) => run !== deadAndHanging))(
  '%s, at full size',
  async (_, run) => void (await run(FULL)),
);

test('a dead and a hanging fragment under 200 visitors for 30 s leave other pages as fast as they were', async () => {
  const { before, during } = await deadAndHanging(FULL);
  expect(percentile(during.times, 0.99)).toBeLessThan(percentile(before.times, 0.99) * 1.3);
});

/** A service in a process of its own: it must not share the load's. */
async function startApart(control: string) {
  const child = spawn(
    process.execPath,
    [
      '-e',
      `require('node:http').createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/html', 'cache-control': '${control}' });
        response.end('<p>${'x'.repeat(300)}</p>');
      }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [port] = await once(child.stdout, 'data');
  return {
    url: `http://127.0.0.1:${String(port).trim()}/`,
    [Symbol.dispose]: () => child.kill(),
  };
}

test.each([
  // The one makes it a page that is put together each time: whole pages from memory are answered faster than they can be asked for.
  ['300 stored parts and one that is asked for each time', 300, 1],
  ['ten parts that are asked for each time', 0, 10],
])(
  'at four times the sustainable rate goodput stays, for pages of %s',
  async (_, stored, asked) => {
    using keeping = await startApart('max-age=600');
    using forgetting = await startApart('no-store');
    const slots = (name: string, count: number) =>
      Array.from(
        { length: count },
        (_, n) => `<fragment-slot name="${name}" param-n="${n}" timeout-ms="2000"></fragment-slot>`,
      ).join('');
    const fragment = (url: string) =>
      inline(url, { content: 'any?n=:n', params: { n: { type: 'integer' } } });
    await using site = await folder({
      'page.html': `<html><head></head><body>${slots('stored', stored)}${slots('asked', asked)}<p>end</p></body></html>`,
      'c.json': JSON.stringify({
        port: 0,
        templates: '.',
        pages: { '/': 'page.html' },
        fragments: { stored: fragment(keeping.url), asked: fragment(forgetting.url) },
        log: { level: 'silent' },
      }),
    });
    const { child, url, exited } = runCli(['serve', '--config', `${site.root}/c.json`]);
    const shop = await url;
    const load = (forMs: number) => ({
      url: () => shop,
      check: (status: number, body: string) => status === 200 && body.includes('<p>end</p>'),
      forMs,
    });
    await visitAll(4, load(3000));
    let best = { over: 0, after: 0 };
    // What else the machine does counts in two of three rounds at most.
    for (let round = 0; round < 3 && (best.over < 0.8 || best.after < 0.8); round++) {
      const peak = await visitAll(16, load(8000));
      const over = await visitAtRate(4 * peak.goodput, load(10_000));
      const after = await visitAll(16, load(5000));
      best = { over: over.goodput / peak.goodput, after: after.goodput / peak.goodput };
    }
    expect(best.over).toBeGreaterThanOrEqual(0.8);
    expect(best.after).toBeGreaterThanOrEqual(0.8);
    child.kill('SIGTERM');
    expect((await exited).code).toBe(0);
  },
);
