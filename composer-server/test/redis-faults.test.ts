import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { freePort, hasRedis, startRedis } from './redis-server.ts';
import { html, inline, startComposer, startRawServer, startServer } from './servers.ts';

const SLOTS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const TEMPLATE = `<!doctype html><body>${SLOTS.map((name) => `<fragment-slot name="${name}"></fragment-slot>`).join('')}</body>`;

/** Half a kilobyte that is fresh for a second only, so that the tier is asked and told all the time. */
const SHORT = { 'cache-control': 'max-age=1, stale-if-error=60' };

async function startSite(redisUrl: string) {
  const team = await startServer((request, response) =>
    html(`<p data-of="${request.url}">${'x'.repeat(512)}</p>`, SHORT)(request, response),
  );
  const fragments = Object.fromEntries(
    SLOTS.map((name) => [name, inline(`${team.url}${name}/`, { forward: { query: ['n'] } })]),
  );
  const composer = await startComposer({
    fragments,
    template: TEMPLATE,
    cache: { redis: redisUrl, maxBytes: 64 * 1024 },
  });
  return {
    url: composer.url,
    [Symbol.asyncDispose]: async () => {
      await composer[Symbol.asyncDispose]();
      await team[Symbol.asyncDispose]();
    },
  };
}

/** Visitors who look at one page after the other, each of another product, until `stop` is called. */
function visit(url: string) {
  const broken: string[] = [];
  let pages = 0;
  let going = true;
  const visitor = async () => {
    while (going) {
      const response = await fetch(`${url}?n=${pages++ % 50}`);
      const page = await response.text();
      const whole = SLOTS.every((name) => page.includes(`data-of="/${name}/any?`));
      if (response.status !== 200 || !whole || !page.endsWith('</body>')) {
        broken.push(`${response.status} with ${page.length} characters`);
      }
      await turn();
    }
  };
  const visitors = Promise.all([visitor(), visitor(), visitor(), visitor()]);
  return {
    /** Waits until so many more pages were seen. */
    more: (count: number) => {
      const wanted = pages + count;
      return expect
        .poll(() => pages, { interval: 5, timeout: 20_000 })
        .toBeGreaterThanOrEqual(wanted);
    },
    stop: async () => {
      going = false;
      await visitors;
      return broken;
    },
  };
}

const MANY = 60;

test.runIf(hasRedis())(
  'a Redis that dies, comes back empty, hangs or is full fails no page under load',
  async () => {
    const first = await startRedis();
    await using site = await startSite(first.url);
    const load = visit(site.url);
    await load.more(MANY);
    await first.end();
    await load.more(MANY);
    await using redis = await startRedis(first.port);
    await load.more(MANY);
    redis.pause();
    await load.more(MANY);
    redis.resume();
    await load.more(MANY);
    const client = new Redis(redis.url);
    await client.config('SET', 'maxmemory', '1');
    await load.more(MANY);
    await client.config('SET', 'maxmemory', '0');
    await expect
      .poll(async () => (await client.keys('*:e:*')).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    await client.quit();
    expect(await load.stop()).toEqual([]);
  },
  120_000,
);

test.each([
  ['garbage', (): Buffer => Buffer.from('?garbage\r\n$-7\r\n*99999999999\r\n')],
  ['errors', () => Buffer.from('-LOADING Redis is loading\r\n')],
  ['another protocol', () => Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')],
  ['nothing', () => Buffer.alloc(0)],
  ['values that are no entries', () => Buffer.from('$5\r\nhello\r\n')],
  [
    'lists of what was not asked for',
    () => Buffer.from('*4\r\n$1\r\n0\r\n$1\r\n0\r\n:7\r\n$-1\r\n'),
  ],
])('a Redis that answers %s fails no page', async (_, answer) => {
  await using server = await startRawServer((socket) => {
    socket.on('data', () => socket.write(answer()));
  });
  await using site = await startSite(server.url.replace('http', 'redis'));
  const load = visit(site.url);
  await load.more(MANY);
  expect(await load.stop()).toEqual([]);
});

test('a page waits for a Redis that hangs once, however many slots it has', async () => {
  await using server = await startRawServer(() => {});
  await using hanging = await startSite(server.url.replace('http', 'redis'));
  await using absent = await startSite(`redis://127.0.0.1:${await freePort()}`);
  const times = async (url: string) => {
    const started = performance.now();
    expect((await fetch(url)).status).toBe(200);
    return performance.now() - started;
  };
  const waits: number[] = [];
  // The first four, of other products: after five the tier is left alone.
  for (let n = 0; n < 4; n++) {
    const without = await times(`${absent.url}?n=${n}`);
    waits.push((await times(`${hanging.url}?n=${n}`)) - without);
  }
  // One limit is 20 ms; six in turn would be 120.
  expect(Math.min(...waits)).toBeLessThan(80);
});
