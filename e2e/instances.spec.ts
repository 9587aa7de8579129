import { fileURLToPath } from 'node:url';
import { startRedis } from '../composer-server/test/redis-server.ts';
import { startChild } from '../shell/app/child-process.ts';
import { reservePort } from '../shell/app/reserve-port.ts';
import type { Shop } from '../shell/app/shop.ts';
import { expect, startOwnShop, test } from './shop.ts';

const PURGE_TOKEN = 'a-token-that-only-the-reviews-team-knows';
const COMPOSER = ['composer-server/bin/tessera.js', 'shell/app/composer.config.ts'].map((path) =>
  fileURLToPath(new URL(`../${path}`, import.meta.url)),
);

/** One more composer before the shop's services. */
async function startSecond(shop: Shop, port: number, env: Record<string, string>) {
  const [cli = '', config = ''] = COMPOSER;
  const urls = Object.entries(shop.services).map(([name, { url }]) => [
    `${name.toUpperCase()}_URL`,
    url,
  ]);
  const child = await startChild({
    name: 'second composer',
    args: [cli, 'serve', '--config', config, '--port', String(port)],
    env: {
      ...process.env,
      ...Object.fromEntries(urls),
      REVIEWS_PURGE_TOKEN: PURGE_TOKEN,
      ...env,
    },
    log: () => {},
  });
  return {
    url: child.url,
    stop: () => child.stop('SIGTERM'),
    [Symbol.asyncDispose]: () => child.stop('SIGKILL'),
  };
}

const pageOf = async (url: string) => (await fetch(`${url}products/mug-1?tessera=whole`)).text();

const summaryOf = async (url: string) =>
  (await (await fetch(`${url}_fragments/reviews/api/mug-1/rating`)).json()).count;

async function post(url: string, text: string) {
  const answer = await fetch(`${url}_fragments/reviews/mug-1`, {
    method: 'POST',
    headers: { origin: new URL(url).origin, accept: 'application/json' },
    body: new URLSearchParams({ name: 'Ada', stars: '4', text }),
  });
  expect(answer.status).toBe(201);
}

test('a review posted through one composer shows in the others, also in one that was down meanwhile', async () => {
  const [first, second] = await Promise.all([reservePort(), reservePort()]);
  const urls = [first, second].map(({ port }) => `http://127.0.0.1:${port}/`);
  await first.release();
  await using shop = await startOwnShop({ PURGE_TOKEN, COMPOSER_URLS: urls.join(' ') }, first.port);
  await second.release();
  await using other = await startSecond(shop, second.port, {});

  for (const url of [shop.url, other.url])
    expect(await pageOf(url)).not.toContain('Holds its heat');
  await post(shop.url, 'Holds its heat');
  // Its own composer knows before it answers, the other hears of it.
  expect(await pageOf(shop.url)).toContain('Holds its heat');
  await expect.poll(() => pageOf(other.url)).toContain('Holds its heat');

  const before = await summaryOf(shop.url);
  await shop.composer.stop();
  await post(other.url, 'A fine handle');
  await shop.services.reviews.stop('SIGKILL');
  await shop.services.reviews.start();
  await shop.composer.start();
  await expect.poll(() => pageOf(shop.url)).toContain('A fine handle');
  await expect.poll(() => summaryOf(shop.url)).toBe(before + 1);
});

test('composers that share a Redis see a review of the other at once', async () => {
  await using redis = await startRedis();
  const env = { PURGE_TOKEN, REDIS_URL: redis.url };
  await using shop = await startOwnShop(env);
  await using other = await startSecond(shop, 0, env);
  for (const url of [shop.url, other.url])
    expect(await pageOf(url)).not.toContain('Holds its heat');
  await post(other.url, 'Holds its heat');
  expect(await pageOf(other.url)).toContain('Holds its heat');
  await expect.poll(() => pageOf(shop.url)).toContain('Holds its heat');
});
