import { expect, test } from 'vitest';
import { createMashup, type Mashup, source } from '../src/mashup.ts';
import { type Answer, inTurn, json, startJsonServer, status } from './json-server.ts';

/** Resolves as soon as `condition` holds for the mashup's state. */
function until<M extends Mashup>(mashup: M, condition: (state: M['state']) => boolean) {
  return new Promise<void>((resolve) => {
    const check = () => {
      if (!condition(mashup.state)) return;
      stop();
      resolve();
    };
    const stop = mashup.subscribe(check);
    check();
  });
}

const never: Answer = () => {};

test('all sources are asked at once, and each is published as soon as it is there', async () => {
  const slow = Promise.withResolvers<void>();
  await using shop = await startJsonServer({
    '/price': json({ cents: 1290 }),
    '/stock': async (response) => {
      await slow.promise;
      response.end('{"left":3}');
    },
  });
  const mashup = createMashup({
    stock: source<{ left: number }>(`${shop.url}/stock`),
    price: source<{ cents: number }>(`${shop.url}/price`),
  });
  expect(mashup.state.price).toMatchObject({ state: 'loading', value: undefined });

  await until(mashup, ({ price }) => price.state === 'ready');

  expect(shop.requests.toSorted()).toEqual(['/price', '/stock']);
  expect(mashup.state.price.value?.cents).toBe(1290);
  expect(mashup.state.stock.state).toBe('loading');

  slow.resolve();
  await until(mashup, ({ stock }) => stock.state === 'ready');
  expect(mashup.state.stock.value).toEqual({ left: 3 });
  mashup.stop();
});

test('what arrives together is published one by one, the most important first, then as defined', async () => {
  const arrival = Promise.withResolvers<string>();
  const seen: string[] = [];
  const from = () => arrival.promise;
  const mashup = createMashup({
    second: source(from, { importance: 1 }),
    third: source(from, { importance: 1 }),
    last: source(from),
    first: source(from, { importance: 9 }),
  });
  mashup.subscribe(() => {
    const ready = Object.entries(mashup.state).filter(([, { state }]) => state === 'ready');
    seen.push(ready.map(([key]) => key).join(' '));
  });

  arrival.resolve('there');
  await until(mashup, (state) => Object.values(state).every((part) => part.state === 'ready'));

  expect(seen).toEqual(['first', 'second first', 'second third first', 'second third last first']);
  mashup.stop();
});

test('an important source that is late does not hold back another', async () => {
  const late = Promise.withResolvers<string>();
  const mashup = createMashup({
    important: source(() => late.promise, { importance: 9 }),
    other: source(async () => 'there'),
  });

  await until(mashup, ({ other }) => other.state === 'ready');

  expect(mashup.state.important.state).toBe('loading');
  mashup.stop();
});

test('a snapshot never changes, and parts that stay the same stay the same object', async () => {
  const mashup = createMashup({ a: source(async () => 1), b: source(() => new Promise(() => {})) });
  const before = mashup.state;

  await until(mashup, ({ a }) => a.state === 'ready');

  expect(before.a.state).toBe('loading');
  expect(mashup.state).not.toBe(before);
  expect(mashup.state.b).toBe(before.b);
  expect(Object.isFrozen(mashup.state) && Object.isFrozen(mashup.state.a)).toBe(true);
  mashup.stop();
});

test.for<[string, string, Answer, object]>([
  ['a status that is not 2xx', 'MASHUP_SOURCE_STATUS', status(404), {}],
  ['something that is no JSON', 'MASHUP_SOURCE_NOT_JSON', (r) => r.end('<p>Hi</p>'), {}],
  ['a broken connection', 'MASHUP_SOURCE_UNREACHABLE', (r) => r.destroy(), { retries: 0 }],
  [
    'a body that ends too early',
    'MASHUP_SOURCE_UNREACHABLE',
    (r) => {
      r.setHeader('content-length', 100);
      r.write('{"half":', () => r.destroy());
    },
    { retries: 0 },
  ],
  [
    'JSON that parse() refuses',
    'MASHUP_SOURCE_INVALID',
    json({}),
    {
      parse: () => {
        throw new Error('no price');
      },
    },
  ],
  ['no answer in time', 'MASHUP_SOURCE_TIMEOUT', never, { timeoutMs: 50 }],
  [
    'half an answer in time',
    'MASHUP_SOURCE_TIMEOUT',
    (r) => r.write('{"half":'),
    { timeoutMs: 50 },
  ],
])('%s is an error with the code %s', async ([, code, answer, options]) => {
  await using shop = await startJsonServer({ '/price': answer });
  const mashup = createMashup({ price: source(`${shop.url}/price`, options) });

  await until(mashup, ({ price }) => price.state === 'error');

  expect(mashup.state.price).toMatchObject({
    error: { code, hint: expect.any(String) },
    value: undefined,
    updatedAt: undefined,
    stale: false,
  });
  expect(shop.requests.length).toBe(1);
  mashup.stop();
});

test('a function that throws is an error, one that rejects as well, and a Response is read', async () => {
  await using shop = await startJsonServer({ '/price': json(12) });
  const mashup = createMashup({
    thrown: source(
      () => {
        throw new Error('no');
      },
      { retries: 0 },
    ),
    rejected: source(() => Promise.reject(new Error('no')), { retries: 0 }),
    response: source<number>((signal) => fetch(`${shop.url}/price`, { signal })),
    url: source<number>(() => new URL('/price', shop.url)),
  });

  await until(mashup, (state) => Object.values(state).every((part) => part.state !== 'loading'));

  expect(mashup.state.thrown.error?.code).toBe('MASHUP_SOURCE_FAILED');
  expect(mashup.state.rejected.error?.code).toBe('MASHUP_SOURCE_FAILED');
  expect(mashup.state.response.value).toBe(12);
  expect(mashup.state.url.value).toBe(12);
  mashup.stop();
});

test('a failure of the service is retried inside the time-out, a mistake of the caller is not', async () => {
  await using shop = await startJsonServer({
    '/price': inTurn(status(503), json(12)),
    '/wrong': status(400),
  });
  const mashup = createMashup({
    price: source<number>(`${shop.url}/price`, { retries: 1 }),
    wrong: source<number>(`${shop.url}/wrong`, { retries: 1 }),
  });

  await until(mashup, (state) => Object.values(state).every((part) => part.state !== 'loading'));

  expect(mashup.state.price.value).toBe(12);
  expect(shop.requests.filter((path) => path === '/price').length).toBe(2);
  expect(shop.requests.filter((path) => path === '/wrong').length).toBe(1);
  mashup.stop();
});

test('the time-out is total: retries count in it, and it names what failed before', async () => {
  await using shop = await startJsonServer({ '/price': inTurn(status(503), never) });
  const mashup = createMashup({ price: source(`${shop.url}/price`, { timeoutMs: 400 }) });

  await until(mashup, ({ price }) => price.state === 'error');

  expect(mashup.state.price.error).toMatchObject({
    code: 'MASHUP_SOURCE_TIMEOUT',
    cause: { code: 'MASHUP_SOURCE_STATUS' },
  });
  mashup.stop();
});

test('a time-out and stop() close the connections at the server', async () => {
  const closed: Promise<unknown>[] = [];
  const asked = Promise.withResolvers<void>();
  const hang: Answer = (response, request) => {
    closed.push(new Promise((resolve) => request.socket.once('close', resolve)));
    response.write('[');
    if (closed.length === 2) asked.resolve();
  };
  await using shop = await startJsonServer({ '/late': hang, '/stopped': hang });
  const end = new AbortController();
  const mashup = createMashup(
    {
      late: source(`${shop.url}/late`, { timeoutMs: 100 }),
      stopped: source(`${shop.url}/stopped`, { timeoutMs: 60_000 }),
    },
    end,
  );
  await until(mashup, ({ late }) => late.state === 'error');
  await asked.promise;

  end.abort();

  await Promise.all(closed);
  expect(mashup.state.stopped.state).toBe('loading');
  await mashup.refresh();
  expect(shop.requests.length).toBe(2);
});

test('a mashup whose signal has aborted already asks nobody', async () => {
  await using shop = await startJsonServer({ '/price': json(1) });

  const mashup = createMashup(
    { price: source(`${shop.url}/price`) },
    { signal: AbortSignal.abort() },
  );
  await mashup.refresh();

  expect(mashup.state.price.state).toBe('loading');
  expect(shop.requests).toEqual([]);
});

test('a failed refresh keeps the last value and its age and shows the error; a retry recovers', async () => {
  await using shop = await startJsonServer({ '/price': inTurn(json(12), status(404), json(13)) });
  const mashup = createMashup({ price: source<number>(`${shop.url}/price`) });
  await until(mashup, ({ price }) => price.state === 'ready');
  const { updatedAt } = mashup.state.price;

  await mashup.refresh('price');
  expect(mashup.state.price).toMatchObject({
    state: 'error',
    value: 12,
    updatedAt,
    stale: true,
    error: { code: 'MASHUP_SOURCE_STATUS' },
  });

  const seen: unknown[] = [];
  mashup.subscribe(() => seen.push(mashup.state.price.state));
  await mashup.retry('price');
  expect(mashup.state.price).toMatchObject({ state: 'ready', value: 13, stale: false });
  // An answer that is quick comes before anybody has seen that it is asked for.
  expect(seen.filter((state) => state !== 'error')).toEqual(['ready']);

  await mashup.retry('price');
  expect(shop.requests.length).toBe(3);
  mashup.stop();
});

test('the first load may come from the HTTP cache, a refresh and a retry ask the server', async () => {
  const asked: (string | undefined)[] = [];
  await using shop = await startJsonServer({
    '/stock': (response, { headers }) => {
      asked.push(headers['cache-control']);
      response.writeHead(asked.length === 2 ? 404 : 200).end('3');
    },
  });
  const mashup = createMashup({ stock: source<number>(`${shop.url}/stock`, { retries: 0 }) });
  await until(mashup, ({ stock }) => stock.state === 'ready');
  await mashup.refresh('stock');
  await mashup.retry('stock');
  expect(asked).toEqual([undefined, 'max-age=0', 'max-age=0']);
  mashup.stop();
});

test('a source that never had a value stays failed while it is retried', async () => {
  const answer = Promise.withResolvers<void>();
  const late: Answer = async (response) => {
    await answer.promise;
    response.end('13');
  };
  await using shop = await startJsonServer({ '/price': inTurn(status(404), late) });
  const mashup = createMashup({ price: source<number>(`${shop.url}/price`) });
  await until(mashup, ({ price }) => price.state === 'error');

  const retried = mashup.retry('price');
  await until(mashup, ({ price }) => price.refreshing);

  expect(mashup.state.price).toMatchObject({ state: 'error', value: undefined });
  answer.resolve();
  await retried;
  expect(mashup.state.price).toMatchObject({ state: 'ready', value: 13 });
  mashup.stop();
});

test('a source that is being loaded is not asked twice', async () => {
  const answer = Promise.withResolvers<void>();
  await using shop = await startJsonServer({
    '/price': async (response) => {
      await answer.promise;
      response.end('1');
    },
  });
  const mashup = createMashup({ price: source<number>(`${shop.url}/price`) });

  const refreshed = Promise.all([mashup.refresh(), mashup.refresh('price')]);
  answer.resolve();
  await refreshed;

  expect(mashup.state.price.value).toBe(1);
  expect(shop.requests.length).toBe(1);
  mashup.stop();
});

test('nobody hears of a mashup that was stopped, and a subscriber that left hears nothing', async () => {
  const answer = Promise.withResolvers<number>();
  const mashup = createMashup({ price: source(() => answer.promise) });
  let heard = 0;
  mashup.subscribe(() => heard++)();
  const left = heard;
  mashup.subscribe(() => heard++);

  mashup.stop();
  answer.resolve(1);
  await new Promise((done) => setTimeout(done));

  expect([left, heard]).toEqual([0, 0]);
});

test.for([{ timeoutMs: 0 }, { retries: -1 }, { retries: 0.5 }, { refreshMs: 0 }])(
  'a source refuses %o',
  (options) => {
    expect(() => source('/price', options)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  },
);

test('a restart aborts what is on its way, and asks again', async () => {
  const given = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using shop = await startJsonServer({
    '/slow': (response) => {
      response.on('close', () => given.resolve());
      asked.resolve();
    },
    '/price': json(12),
  });
  let path = '/slow';
  const mashup = createMashup({ price: source<number>(() => shop.url + path) });
  await asked.promise;

  path = '/price';
  await mashup.restart('price');

  expect(mashup.state.price).toMatchObject({ state: 'ready', value: 12 });
  await given.promise;
  mashup.stop();
});
