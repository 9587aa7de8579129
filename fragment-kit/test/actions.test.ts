import { expect, test } from 'vitest';
import {
  cacheAnswer,
  defineFragment,
  invalidateGroups,
  notFound,
  redirectBack,
} from '../src/index.ts';
import { startFragment } from '../src/testing.ts';

const reviews = defineFragment({
  name: 'reviews',
  version: '1',
  content: ':sku',
  params: { sku: { type: 'string', pattern: '[a-z0-9-]+' }, count: { type: 'integer' } },
  actions: {
    'POST :sku': (request, response, { params }) => {
      if (request.body.text === 'boom') throw new Error('The action broke.');
      redirectBack(request, response, `/products/${params.sku}`, { anchor: 'reviews' });
    },
    'GET api/:sku/first/:count': async (_request, response, { params }) => {
      if (params.sku === 'none') throw notFound('No such product.');
      response.json({ sku: params.sku, count: params.count, type: typeof params.count });
    },
    'PUT api/*rest': (request, response) => {
      response.json({ rest: request.params.rest, body: request.body });
    },
    'GET assets/pictures/:file': (_request, response) => {
      response.setHeader('cache-control', 'public, max-age=60');
      response.type('svg').send('<svg xmlns="http://www.w3.org/2000/svg"/>');
    },
  },
  render: ({ params }) => params.sku,
});

test('an action sends the visitor back to the page that its form was on', async () => {
  await using service = await startFragment(reviews);
  const back = async (headers: Record<string, string>) => {
    const body = new URLSearchParams({ text: 'Nice' });
    const response = await service.fetch('mug-1', { method: 'POST', body, headers });
    expect(response.status).toBe(303);
    return response.headers.get('location');
  };
  const { host, origin } = new URL(service.url);
  expect(await back({ referer: '/products/mug-1?x=1' })).toBe('/products/mug-1?x=1#reviews');
  expect(await back({ referer: `${origin}/reviews/mug-1` })).toBe('/reviews/mug-1#reviews');
  expect(
    await back({ referer: 'https://shop.example/a', 'x-forwarded-host': 'shop.example' }),
  ).toBe('/a#reviews');
  for (const referer of [
    `http://evil.example/${host}`,
    '//evil.example/',
    '/\\evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
  ]) {
    expect(await back({ referer })).toBe('/products/mug-1#reviews');
  }
  expect(await back({})).toBe('/products/mug-1#reviews');
});

test('an action sets and takes away parameters of the page that it sends back to, whichever that is', async () => {
  const form = (query: Record<string, string | undefined>) =>
    defineFragment({
      name: 'form',
      version: '1',
      actions: {
        'POST x': (request, response) => {
          redirectBack(request, response, '/form', { anchor: 'fields', query });
        },
      },
    });
  const back = async (query: Record<string, string | undefined>, referer?: string) => {
    await using service = await startFragment(form(query));
    const headers: Record<string, string> = referer === undefined ? {} : { referer };
    const response = await service.fetch('x', { method: 'POST', headers });
    return response.headers.get('location');
  };
  expect(await back({ draft: '2' }, '/p?draft=1&q=a')).toBe('/p?draft=2&q=a#fields');
  expect(await back({ draft: undefined }, '/p?draft=1&q=a%20b')).toBe('/p?q=a+b#fields');
  expect(await back({ draft: undefined }, '/p?q=a%20b')).toBe('/p?q=a%20b#fields');
  expect(await back({ draft: '2' }, 'http://evil.example/')).toBe('/form?draft=2#fields');
  expect(await back({ draft: '2' })).toBe('/form?draft=2#fields');
});

test('JSON bodies, typed params and HEAD work, and nothing is stored unless it says so', async () => {
  await using service = await startFragment(reviews);
  const get = await service.fetch('api/mug/first/3');
  expect(await get.json()).toEqual({ sku: 'mug', count: 3, type: 'number' });
  expect(get.headers.get('cache-control')).toBe('private, no-cache');
  expect((await service.fetch('api/mug/first/3', { method: 'HEAD' })).status).toBe(200);
  const put = await service.fetch('api/a/b', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"n":1}',
  });
  expect(await put.json()).toEqual({ rest: 'a/b', body: { n: 1 } });
  expect(put.headers.get('cache-control')).toBe('no-store');
});

test('errors of actions are JSON with a code', async () => {
  const reported: unknown[] = [];
  await using service = await startFragment(reviews, {
    maxBodyBytes: 100,
    onError: (error) => reported.push(error),
  });
  const post = async (path: string, init: RequestInit) => {
    const response = await service.fetch(path, { method: 'POST', ...init });
    const { error } = (await response.json()) as { error: { code: string } };
    return [response.status, error.code];
  };
  const form = (text: string) => ({ body: new URLSearchParams({ text }) });
  const json = (body: string) => ({ body, headers: { 'content-type': 'application/json' } });
  expect(await post('mug', form('boom'))).toEqual([500, 'ACTION_FAILED']);
  expect(reported).toEqual([new Error('The action broke.')]);
  expect(await post('mug', form('x'.repeat(200)))).toEqual([413, 'BODY_TOO_LARGE']);
  expect(await post('mug', json('{"a":'))).toEqual([400, 'REQUEST_INVALID']);
  expect(await post('MUG', form('x'))).toEqual([404, 'NOT_FOUND']);
  expect(await post('nothing/here/at/all', form('x'))).toEqual([404, 'NOT_FOUND']);
  expect(await post('api/mug/first/3', form('x'))).toEqual([405, 'METHOD_NOT_ALLOWED']);
  const accept = { headers: { accept: 'application/json' } };
  const missing = await service.fetch('api/none/first/1', accept);
  expect(await missing.json()).toEqual({
    error: { code: 'NOT_FOUND', message: 'No such product.' },
  });
  expect(reported).toHaveLength(1);
});

test('a path tells its methods', async () => {
  await using service = await startFragment(reviews);
  const refused = await service.fetch('api/mug/first/3', { method: 'DELETE' });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT']);
  const options = await service.fetch('mug', { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST']);
});

test('the manifest names the paths of actions once, without the public ones below assets/', async () => {
  await using service = await startFragment(reviews);
  const manifest = (await (await service.fetch('fragment.json')).json()) as { actions: string[] };
  expect(manifest.actions).toEqual([':sku', 'api/:sku/first/:count', 'api/*rest']);
  const picture = await service.fetch('assets/pictures/mug.svg');
  expect(picture.headers.get('content-type')).toContain('image/svg+xml');
  expect(picture.headers.get('cache-control')).toBe('public, max-age=60');
});

test('an action’s answer may be stored for all, and another action can have it dropped', async () => {
  const opinions = defineFragment({
    name: 'opinions',
    version: '1',
    actions: {
      'GET api/newest': (_request, response) => {
        const groups = ['newest', 'a "b"'];
        cacheAnswer(response, { maxAgeMs: 10_000, staleIfErrorMs: 60_000, groups });
        response.json([]);
      },
      'GET api/mine': (_request, response) => void response.json([]),
      'POST api/newest': (_request, response) => {
        invalidateGroups(response, ['newest', 'a "b"']);
        response.status(201).json({});
      },
      'POST api/fails': (_request, response) => {
        invalidateGroups(response, ['newest']);
        throw new Error('Nothing has changed.');
      },
      'POST api/wrong': (_request, response) => invalidateGroups(response, ['x'.repeat(129)]),
    },
  });
  const errors: unknown[] = [];
  await using service = await startFragment(opinions, { onError: (error) => errors.push(error) });
  const headers = async (path: string, method: string) =>
    Object.fromEntries((await service.fetch(path, { method })).headers);
  expect(await headers('api/newest', 'GET')).toMatchObject({
    'cache-control': 'max-age=10, stale-if-error=60',
    'cache-groups': '"newest", "a \\"b\\""',
  });
  expect(await headers('api/mine', 'GET')).toMatchObject({ 'cache-control': 'private, no-cache' });
  expect(await headers('api/newest', 'POST')).toMatchObject({
    'cache-control': 'no-store',
    'cache-group-invalidation': '"newest", "a \\"b\\""',
  });
  expect(await headers('api/fails', 'POST')).not.toHaveProperty('cache-group-invalidation');
  expect((await service.fetch('api/wrong', { method: 'POST' })).status).toBe(500);
  expect(errors.at(-1)).toMatchObject({ code: 'CACHE_GROUP_INVALID' });
});
