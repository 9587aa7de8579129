import { expect, test } from 'vitest';
import { NO_DIRECTIVES } from './cache-control.ts';
import { FragmentCache } from './fragment-cache.ts';
import type { Lookup } from './lookup.ts';

const NEVER = new AbortController().signal;
const headers = [
  'accept',
  'text/html',
  'tessera-base',
  '/_fragments/reviews/',
  'accept-language',
  'en',
];
const lookup = (at: number): Lookup => ({
  fragment: 'reviews',
  form: 'html',
  method: 'GET',
  url: `http://reviews.example/reviews/mug-${at}`,
  headers,
  directives: NO_DIRECTIVES,
  timeoutMs: 500,
  signal: NEVER,
  staleIfErrorMs: 0,
});

/** 1000 stored answers of 4 KB, and their lookups. */
async function filled(vary: string) {
  const cache = new FragmentCache<string>({ maxBytes: 64 * 1024 * 1024 });
  const lookups = Array.from({ length: 1000 }, (_, at) => lookup(at));
  const answer = {
    status: 200,
    headers: { 'cache-control': 'max-age=3600, stale-while-revalidate=60', etag: '"a"', vary },
    body: Buffer.alloc(4096, 'x'),
    head: [],
    links: [],
    repairs: [],
    version: '1',
  };
  for (const one of lookups) await cache.get(one, async () => ({ kind: 'answer', answer }));
  let at = 0;
  const hit = () => cache.get(lookups[at++ % lookups.length] ?? lookup(0), () => Promise.reject());
  expect(await hit()).toMatchObject({ source: 'cache', answer: { body: answer.body } });
  return hit;
}

test('a hit is cheaper than parsing 4 KB of JSON', async ({ bench }) => {
  const [plain, varying] = [await filled(''), await filled('accept-language')];
  const json = JSON.stringify(
    Array.from({ length: 78 }, (_, at) => ({
      author: `visitor ${at}`,
      stars: at % 5,
      text: 'nice mug',
    })),
  );
  expect(json.length).toBeGreaterThan(3500);
  expect(json.length).toBeLessThan(4096);
  const result = await bench.compare(
    bench('hit', plain),
    bench('hit of one variant', varying),
    bench('JSON.parse of 4 KB', () => void JSON.parse(json)),
  );
  expect(result.get('hit')).toBeFasterThan(result.get('JSON.parse of 4 KB'));
  expect(result.get('hit of one variant')).toBeFasterThan(result.get('JSON.parse of 4 KB'));
});
