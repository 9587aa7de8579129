import { startFragment } from '@tessera/fragment/testing';
import { expect, test } from 'vitest';
import { reviewsFragment } from './fragment.ts';
import { openReviews } from './src/review-store.ts';

async function startReviews() {
  const store = openReviews(':memory:');
  const service = await startFragment(reviewsFragment({ store, today: () => '2026-11-21' }));
  return {
    store,
    fetch: (path: string) => service.fetch(path),
    html: async (path: string) => (await service.fetch(path)).text(),
    post: (fields: Record<string, string>, headers: Record<string, string> = {}, sku = 'mug-1') =>
      service.fetch(sku, { method: 'POST', body: new URLSearchParams(fields), headers }),
    async [Symbol.asyncDispose]() {
      await service.close();
      await store.close();
    },
  };
}

const FROM_PAGE = { referer: '/products/mug-1?colour=ink' };

test('the content has the reviews and a form that posts below the base', async () => {
  await using reviews = await startReviews();
  const html = await reviews.html('mug-1');
  expect(html).toContain('Heavier than it looks');
  expect(html).toContain('method="post" action="/_fragments/reviews/mug-1"');
});

test('a posted review leads back to its page and shows there at once', async () => {
  await using reviews = await startReviews();
  const fields = { name: 'Ada', stars: '4', text: 'Keeps tea warm.\n\nLooks good, too.' };
  const response = await reviews.post(fields, FROM_PAGE);
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toMatch(/^\/products\/mug-1\?colour=ink#review-\d+$/);
  const html = await reviews.html('mug-1');
  expect(html).toContain('<b>Ada</b> <time datetime="2026-11-21">21 November 2026</time>');
  expect(html).toContain('<p>Keeps tea warm.</p><p>Looks good, too.</p>');
});

test('a hostile review stays text', async () => {
  await using reviews = await startReviews();
  const name = '"><img src=x onerror=alert(1)>';
  await reviews.post({ name, stars: '1', text: '</p></shop-reviews><script>alert(2)</script>' });
  const html = await reviews.html('mug-1');
  expect(html).not.toContain('<script');
  expect(html).not.toContain('<img');
  expect(html.match(/<\/shop-reviews>/g)).toHaveLength(1);
  expect(html).toContain('&#60;script&#62;alert(2)&#60;/script&#62;');
});

test('without a page to go back to, a posted review leads to its product', async () => {
  await using reviews = await startReviews();
  const fields = { name: 'Ada', stars: '4', text: 'Keeps tea warm.' };
  for (const headers of [{}, { referer: 'https://elsewhere.example/' }]) {
    const { headers: got } = await reviews.post(fields, headers);
    expect(got.get('location')).toMatch(/^\/products\/mug-1#review-\d+$/);
  }
});

test('a form that cannot be accepted comes back on its page with what was typed', async () => {
  await using reviews = await startReviews();
  const typed = { name: 'A "quoted" name', stars: '9', text: '</textarea><b>bold</b>' };
  const response = await reviews.post(typed, FROM_PAGE);
  expect(response.status).toBe(303);
  const location = new URL(response.headers.get('location') ?? '', 'http://shop.example');
  expect(location.pathname).toBe('/products/mug-1');
  expect(location.hash).toBe('#write-a-review');
  const html = await reviews.html(`mug-1?review=${location.searchParams.get('review')}`);
  expect(html).toContain('Please give one to five stars.');
  expect(html).toContain('value="A &#34;quoted&#34; name"');
  expect(html).toContain('&#60;/textarea&#62;&#60;b&#62;bold');
  expect(await reviews.html('mug-1')).not.toContain('quoted');
});

test('without knowing the page the answer is a 422 that lists the problems', async () => {
  await using reviews = await startReviews();
  const response = await reviews.post({ name: '', stars: '5', text: 'Fine & <dandy>' });
  expect(response.status).toBe(422);
  const html = await response.text();
  expect(html).toContain('Please tell us your name.');
  expect(html).toContain('Fine &#38; &#60;dandy&#62;');
});

test('the widget gets the stored review, or the problems by field', async () => {
  await using reviews = await startReviews();
  const json = { accept: 'application/json', ...FROM_PAGE };
  const stored = await reviews.post({ name: 'Ada', stars: '4', text: 'Good.' }, json);
  expect(stored.status).toBe(201);
  expect(await stored.json()).toMatchObject({ review: { sku: 'mug-1', stars: 4 } });
  const refused = await reviews.post({ name: 'Ada', stars: '', text: 'Good.' }, json);
  expect(refused.status).toBe(422);
  expect(await refused.json()).toEqual({ problems: { stars: 'Please give one to five stars.' } });
});

test('a product that nobody wrote about has an empty list and the form', async () => {
  await using reviews = await startReviews();
  reviews.store.addProduct('brand-new');
  const html = await reviews.html('brand-new');
  expect(html).toContain('Nobody has written about this yet.');
  expect(html).toContain('action="/_fragments/reviews/brand-new"');
});

test('a product that the shop does not have cannot be reviewed, and has nothing to show', async () => {
  await using reviews = await startReviews();
  const fields = { name: 'Ada', stars: '4', text: 'Keeps <tea> warm.' };
  const plain = await reviews.post(fields, FROM_PAGE, 'no-such-mug');
  expect([plain.status, plain.headers.get('content-type')]).toEqual([
    404,
    expect.stringContaining('text/html'),
  ]);
  const page = await plain.text();
  expect(page).toContain('We do not have that product.');
  expect(page).toContain('Keeps &#60;tea&#62; warm.');
  const asked = await reviews.post(fields, { accept: 'application/json' }, 'no-such-mug');
  expect([asked.status, await asked.json()]).toEqual([
    404,
    { problem: 'We do not have that product.' },
  ]);
  expect(reviews.store.of('no-such-mug')).toEqual([]);
  expect(await reviews.html('no-such-mug')).toBe('');
});

test('what anybody may see is stored by group, and a review has its composer drop it', async () => {
  await using reviews = await startReviews();
  const headers = async (path: string) => Object.fromEntries((await reviews.fetch(path)).headers);
  expect(await headers('mug-1')).toMatchObject({
    'cache-control': 'max-age=60, stale-while-revalidate=600, stale-if-error=86400',
    'cache-groups': '"reviews-mug-1", "reviews-summary-mug-1"',
  });
  expect(await headers('api/mug-1/rating')).toMatchObject({
    'cache-control': 'max-age=10, stale-while-revalidate=60, stale-if-error=3600',
    'cache-groups': '"reviews-summary-mug-1"',
  });
  expect(await headers('api/newest')).toMatchObject({ 'cache-groups': '"reviews-newest"' });
  const slow = await headers('api/newest?demo=slow');
  expect(slow['cache-control']).toBe('private, no-cache');

  const form = await headers('mug-1?review=any-key');
  expect(form['cache-control']).toBe('private, no-store');

  const posted = await reviews.post({ name: 'Ada', stars: '4', text: 'Good.' }, FROM_PAGE);
  expect(posted.headers.get('cache-group-invalidation')).toBe(
    '"reviews-mug-1", "reviews-summary-mug-1", "reviews-newest"',
  );
  const refused = await reviews.post({ name: '', stars: '4', text: 'Good.' }, FROM_PAGE);
  expect(refused.headers.get('cache-group-invalidation')).toBeNull();
});
