import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { hasRedis, startRedis } from '../../test/redis-server.ts';
import type { ResponseHeaders } from '../headers.ts';
import { NO_DIRECTIVES } from './cache-control.ts';
import { createEntry } from './entry.ts';
import { FragmentCache } from './fragment-cache.ts';
import type { Lookup } from './lookup.ts';
import { RedisStore } from './redis-store.ts';

const url = 'http://a.example/mug';
const base: Lookup = {
  fragment: 'reviews',
  form: 'html',
  method: 'GET',
  url,
  headers: [],
  directives: NO_DIRECTIVES,
  timeoutMs: 5000,
  signal: new AbortController().signal,
  staleIfErrorMs: 0,
};
const answerOf = (body: string, headers: ResponseHeaders = {}) => ({
  status: 200,
  headers: { 'cache-control': 'max-age=60', 'surrogate-key': 'mug', ...headers },
  body: Buffer.from(body),
  head: [{ key: 'title', html: '<title>Mug</title>' }],
  links: [],
  repairs: [],
  version: '1',
});

/** One instance of the composer, as far as its cache is concerned. */
function instance(redisUrl: string) {
  // Machines that run tests are slow: the limits of the tier have tests of their own.
  const store = new RedisStore(redisUrl);
  const cache = new FragmentCache<string>({ maxBytes: 1e6, shared: store, sharedLimitMs: 2000 });
  let asked = 0;
  const get = async (body: string, more: Partial<Lookup> = {}, headers: ResponseHeaders = {}) => {
    const result = await cache.get({ ...base, ...more }, async () => {
      asked++;
      return { kind: 'answer', answer: answerOf(body, headers) };
    });
    if (result.kind !== 'answer') throw new Error(`no answer but ${result.kind}`);
    return `${result.source} ${result.answer.body}`;
  };
  return {
    cache,
    store,
    get,
    asked: () => asked,
    [Symbol.asyncDispose]: () => cache.close(),
  };
}

/** Waits until one instance hears of another one's purges. */
async function connected(...instances: ReturnType<typeof instance>[]) {
  for (const { store } of instances) {
    await vi.waitFor(() => store.getMany([base]), { interval: 20, timeout: 10_000 });
    await vi.waitUntil(() => store.listening, { interval: 20, timeout: 10_000 });
  }
}

const stored = (one: ReturnType<typeof instance>, lookup: Partial<Lookup> = {}) =>
  vi.waitUntil(async () => (await one.store.getMany([{ ...base, ...lookup }]))[0]?.entry, {
    interval: 10,
    timeout: 10_000,
  });

test.runIf(hasRedis())('what one instance stored serves the others', async () => {
  await using redis = await startRedis();
  await using first = instance(redis.url);
  await using second = instance(redis.url);
  await connected(first, second);
  expect(await first.get('one')).toBe('origin one');
  await stored(first);
  expect(await second.get('two')).toBe('cache one');
  expect(second.asked()).toBe(0);
});

test.runIf(hasRedis())(
  'each variant is found, also by an instance that does not know of them',
  async () => {
    await using redis = await startRedis();
    await using first = instance(redis.url);
    await using second = instance(redis.url);
    await connected(first, second);
    const [english, german] = [
      { headers: ['accept-language', 'en'] },
      { headers: ['accept-language', 'de'] },
    ];
    const vary = { vary: 'accept-language' };
    await first.get('en', english, vary);
    await first.get('de', german, vary);
    await stored(first, german);
    expect(await second.get('?', german)).toBe('cache de');
    expect(await second.get('?', english)).toBe('cache en');
  },
);

test.runIf(hasRedis())('a purge reaches every instance', async () => {
  await using redis = await startRedis();
  await using first = instance(redis.url);
  await using second = instance(redis.url);
  await connected(first, second);
  for (const purge of [{ urls: [url] }, { groups: ['mug'] }, { fragments: ['reviews'] }]) {
    await first.get('old');
    await stored(first);
    await second.get('old');
    expect(await first.cache.purge(purge)).toEqual({ dropped: 1, everywhere: true });
    await vi.waitUntil(() => second.cache.size.entries === 0, { interval: 10, timeout: 10_000 });
    expect(await second.get('new')).toBe('origin new');
    await first.get('new');
    await second.cache.purge({ urls: [url] });
    await vi.waitUntil(() => first.cache.size.entries === 0, { interval: 10, timeout: 10_000 });
  }
});

test.runIf(hasRedis())(
  'an answer that was on its way during a purge is not kept for anybody',
  async () => {
    await using redis = await startRedis();
    await using one = instance(redis.url);
    await connected(one);
    const [before] = await one.store.getMany([base]);
    await one.store.purge({ fragments: ['reviews'] });
    const times = { requestedAt: Date.now(), receivedAt: Date.now() };
    await one.store.set(createEntry(base, answerOf('old'), times), [], before?.epoch ?? 0);
    expect((await one.store.getMany([base]))[0]?.entry).toBeUndefined();
  },
);

test.runIf(hasRedis())(
  'without Redis pages go on; an instance that missed purges drops its memory',
  async () => {
    const redis = await startRedis();
    await using first = instance(redis.url);
    await using second = instance(redis.url);
    await connected(first, second);
    await first.get('old');
    await stored(first);
    await second.get('old');
    await redis.end();
    await vi.waitUntil(() => !first.store.listening && !second.store.listening, {
      interval: 10,
      timeout: 10_000,
    });
    expect(await first.cache.purge({ urls: [url] })).toEqual({ dropped: 1, everywhere: false });
    expect(await first.get('new')).toBe('origin new');
    // What it held counts as stale.
    expect(await second.get('newer')).toBe('origin newer');
    await using again = await startRedis(redis.port);
    expect(again.port).toBe(redis.port);
    await connected(first, second);
    expect(second.cache.size.entries).toBe(0);
  },
);

test.runIf(hasRedis())('after a pause an instance hears the purges that it missed', async () => {
  await using redis = await startRedis();
  await using first = instance(redis.url);
  await using second = instance(redis.url);
  await connected(first, second);
  await first.get('old');
  await stored(first);
  await second.get('old');
  redis.pause();
  expect(await first.get('x')).toBe('cache old');
  const purge = first.cache.purge({ urls: [url] });
  redis.resume();
  await purge;
  await vi.waitUntil(() => second.cache.size.entries === 0, { interval: 10, timeout: 10_000 });
});

test.runIf(hasRedis())('a tier that is full still answers', async () => {
  await using redis = await startRedis(undefined, ['--maxmemory', '1']);
  await using one = instance(redis.url);
  expect(await one.get('one')).toBe('origin one');
  expect(await one.get('two')).toBe('cache one');
});

test('a tier that answers garbage costs nothing but hits', async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.on('data', () => socket.write('?garbage\r\n$-7\r\n'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  {
    await using one = instance(`redis://127.0.0.1:${port}`);
    expect(await one.get('one')).toBe('origin one');
    expect(await one.get('two')).toBe('cache one');
  }
  for (const socket of sockets) socket.destroy();
  server.close();
});
