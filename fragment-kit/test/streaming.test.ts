import { once } from 'node:events';
import { get } from 'node:http';
import { expect, test } from 'vitest';
import { defineFragment, type Html } from '../src/index.ts';
import { startFragment } from '../src/testing.ts';

function streaming(html: (signal: AbortSignal) => Html) {
  return defineFragment({
    name: 'slow',
    version: '1',
    content: '',
    render: ({ signal }) => ({ html: html(signal), props: { a: 1 } }),
  });
}

test('a stream arrives as it comes, without ETag, and ends with the props', async () => {
  const gate = Promise.withResolvers<void>();
  const fragment = streaming(async function* () {
    yield '<p>first</p>';
    await gate.promise;
    yield new TextEncoder().encode('<p>second</p>');
  });
  await using service = await startFragment(fragment);
  const response = await service.fetch('');
  expect(response.headers.get('etag')).toBeNull();
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toBe('<p>first</p>');
  gate.resolve();
  let rest = '';
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    rest += new TextDecoder().decode(next.value);
  }
  expect(rest).toBe(
    '<p>second</p><script type="application/json" data-tessera-props>{"a":1}</script>',
  );
});

test('a web stream is taken as well', async () => {
  const fragment = streaming(() => new Blob(['<p>web</p>']).stream());
  await using service = await startFragment(fragment);
  expect(await (await service.fetch('')).text()).toContain('<p>web</p>');
});

test('a stream that fails before its first chunk is a 500', async () => {
  const errors: unknown[] = [];
  const fragment = streaming(async function* () {
    yield await Promise.reject<string>(new Error('Too early.'));
  });
  await using service = await startFragment(fragment, { onError: (e) => errors.push(e) });
  expect((await service.fetch('')).status).toBe(500);
  expect(errors).toEqual([new Error('Too early.')]);
});

test('a stream that breaks later cuts the connection, so that nobody takes half for the whole', async () => {
  const errors: unknown[] = [];
  const fragment = streaming(async function* () {
    yield '<p>first</p>';
    throw new Error('Half way.');
  });
  await using service = await startFragment(fragment, { onError: (e) => errors.push(e) });
  const whole = service.fetch('').then((response) => response.text());
  await expect(whole).rejects.toThrow();
  expect(errors).toEqual([new Error('Half way.')]);
});

test('a visitor who leaves aborts the signal and ends the stream, and is no error', async () => {
  const errors: unknown[] = [];
  const aborted = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const fragment = streaming(async function* (signal) {
    signal.addEventListener('abort', () => aborted.resolve());
    try {
      yield '<p>first</p>';
      await aborted.promise;
      yield '<p>nobody reads this</p>';
    } finally {
      ended.resolve();
    }
  });
  await using service = await startFragment(fragment, { onError: (e) => errors.push(e) });
  const request = get(service.url, { headers: { 'tessera-base': '/_fragments/slow/' } });
  const [response] = await once(request, 'response');
  await once(response, 'data');
  response.destroy();
  await aborted.promise;
  await ended.promise;
  expect(errors).toEqual([]);
});
