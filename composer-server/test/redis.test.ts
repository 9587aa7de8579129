import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { hasRedis, startRedis } from './redis-server.ts';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const SLOT = '<body><fragment-slot name="a"></fragment-slot></body>';

async function startInstances(redisUrl: string) {
  let n = 0;
  const a = await startServer((request, response) =>
    html(`<b>${++n}</b>`, { 'cache-control': 'max-age=60', 'cache-groups': '"g"' })(
      request,
      response,
    ),
  );
  const config = {
    fragments: { a: inline(a.url) },
    template: SLOT,
    development: true,
    cache: { redis: redisUrl },
  };
  const [one, two] = await Promise.all([startComposer(config), startComposer(config)]);
  return {
    a,
    one,
    two,
    [Symbol.asyncDispose]: async () => {
      for (const started of [one, two, a]) await started[Symbol.asyncDispose]();
    },
  };
}

const purge = (url: string) =>
  fetch(`${url}_tessera/purge`, { method: 'POST', body: '{"groups":["g"]}' });

test.runIf(hasRedis())(
  'what one instance stored another serves, and a purge at one reaches all',
  async () => {
    await using redis = await startRedis();
    await using site = await startInstances(redis.url);
    // What comes before the connection to Redis is stored here only.
    for (const { url } of [site.one, site.two])
      await expect.poll(async () => (await (await purge(url)).json()).everywhere).toBe(true);
    expect(await text(site.one.url)).toContain('<b>1</b>');
    const client = new Redis(redis.url);
    // Answers are written behind the page.
    await expect.poll(async () => (await client.keys('*:e:*')).length).toBe(1);
    await client.quit();
    expect(await text(site.two.url)).toContain('<b>1</b>');
    expect(site.a.requests).toHaveLength(1);
    expect(await (await purge(site.two.url)).json()).toMatchObject({ everywhere: true });
    for (const { url } of [site.one, site.two])
      await expect.poll(() => text(url), { timeout: 5000 }).not.toContain('<b>1</b>');
  },
  30_000,
);

test.runIf(hasRedis())(
  'without its Redis every page is whole, and the purge says whom it did not reach',
  async () => {
    await using redis = await startRedis();
    await using site = await startInstances(redis.url);
    await text(site.one.url);
    await redis.end();
    for (let i = 0; i < 20; i++) {
      expect(await text(site.one.url)).toMatch(/state="(ready|stale)"><b>\d+<\/b>/);
      expect(await text(site.two.url)).toMatch(/state="(ready|stale)"><b>\d+<\/b>/);
    }
    expect(await (await purge(site.one.url)).json()).toMatchObject({ everywhere: false });
  },
  30_000,
);
