import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { buildAll } from '../../tools/build.ts';
import { startShop } from './shop.ts';

test('the shop starts, loses a service, gets it back at the same place, and leaves nothing running', async () => {
  await buildAll({ log: () => {} });
  const ends: string[] = [];
  const shop = await startShop({ log: false, onEnd: (part, how) => ends.push(`${part} ${how}`) });
  const status = async (path: string) => (await fetch(new URL(path, shop.url))).status;
  expect(await status('/')).toBe(200);
  expect(await status('/?q=mug')).toBe(200);
  expect(await status('/products/mug-1')).toBe(200);

  // The reviews team's own list of products is the shop's.
  const skus = new Set(
    (await (await fetch(shop.url)).text()).match(/(?<=\/products\/)[a-z0-9-]+(?=")/g),
  );
  expect(skus.size).toBeGreaterThanOrEqual(24);
  const formOf = async (sku: string) =>
    (await (await fetch(`${shop.url}_fragments/reviews/${sku}`)).text()).includes('<form');
  expect(await Promise.all([...skus].map(formOf))).not.toContain(false);

  const { reviews } = shop.services;
  const before = { url: reviews.url, pid: reviews.pid };
  await reviews.stop('SIGKILL');
  expect(await status('/products/mug-1')).toBe(200);
  await reviews.start();
  expect(reviews.url).toBe(before.url);
  expect(reviews.pid).not.toBe(before.pid);
  expect(await (await fetch(`${reviews.url}reviews/mug-1`)).text()).toContain('Heavier');

  const pids = [...Object.values(shop.services), shop.composer].map(({ pid }) => pid);
  await shop.close();
  expect(ends).toEqual([]);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a review that is posted in the shop is told to every composer that the shop is given', async () => {
  await buildAll({ log: () => {} });
  const told: { token: string | undefined; purge: string }[] = [];
  const other = createServer(async (request, response) => {
    told.push({ token: request.headers.authorization, purge: await text(request) });
    response.end('{"dropped":0,"everywhere":true}');
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const env = { COMPOSER_URLS: `http://127.0.0.1:${port}`, PURGE_TOKEN: 'a-token-of-some-length' };
  {
    await using shop = await startShop({ log: false, env });
    const body = new URLSearchParams({ name: 'Ada', stars: '4', text: 'Keeps tea warm.' });
    const url = `${shop.url}_fragments/reviews/mug-1`;
    const posted = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    expect(posted.status).toBe(303);
    await expect.poll(() => told).toHaveLength(2);
  }
  other.close();
  expect(new Set(told.map(({ token }) => token))).toEqual(
    new Set(['Bearer a-token-of-some-length']),
  );
  expect(told.map(({ purge }) => JSON.parse(purge).groups.join()).toSorted()).toEqual([
    'reviews-mug-1,reviews-summary-mug-1',
    'reviews-newest',
  ]);
});

test('a shop whose part cannot start says why and leaves nothing running', async () => {
  await using running = await startShop({ log: false });
  const port = Number(new URL(running.url).port);
  await expect(startShop({ port, log: false })).rejects.toThrow(/composer .*\n.*in use/s);
});
