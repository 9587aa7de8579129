import { expect, test, vi } from 'vitest';
import type { ResponseHeaders } from '../headers.ts';
import { NO_DIRECTIVES, requestDirectives } from './cache-control.ts';
import { FragmentCache } from './fragment-cache.ts';
import type { Loaded, LoadRequest, Lookup } from './lookup.ts';

type Answer = Loaded<string, string>;

/** A cache with a clock of its own and a service that answers as it is told. */
function setUp({ maxBytes = 1e6 } = {}) {
  const clock = { now: Date.UTC(2026, 0, 15) };
  const cache = new FragmentCache<string, string>({ maxBytes, now: () => clock.now });
  const loads: LoadRequest[] = [];
  const waiting: ((answer: Answer) => void)[] = [];
  const get = (more: Partial<Lookup> = {}) =>
    cache.get({ ...base, ...more }, (request) => {
      loads.push(request);
      return new Promise((resolve) => waiting.push(resolve));
    });
  /** Answers the oldest open request, as soon as it is there. */
  const reply = async (answer: Answer) => {
    await vi.waitUntil(() => waiting.length > 0, { interval: 1 });
    waiting.shift()?.(answer);
  };
  const ask = async (answer: Answer, more: Partial<Lookup> = {}) => {
    const result = get(more);
    await reply(answer);
    return result;
  };
  const pass = (seconds: number) => {
    clock.now += seconds * 1000;
  };
  return { cache, clock, loads, waiting, get, reply, ask, pass };
}

const base: Lookup = {
  fragment: 'reviews',
  form: 'html',
  method: 'GET',
  url: 'http://a.example/reviews/mug',
  headers: ['accept', 'text/html'],
  directives: NO_DIRECTIVES,
  timeoutMs: 5000,
  signal: new AbortController().signal,
  staleIfErrorMs: 0,
};

const answer = (
  cacheControl: string,
  body = 'one',
  headers: ResponseHeaders = {},
  status = 200,
): Answer => ({
  kind: 'answer',
  answer: {
    status,
    headers: { 'cache-control': cacheControl, ...headers },
    body: Buffer.from(body),
    head: [],
    links: [],
    repairs: [],
    version: '1',
  },
});
const failed: Answer = { kind: 'failure', failure: 'down', timedOut: false };
const timedOut: Answer = { kind: 'failure', failure: 'slow', timedOut: true };
const text = (result: Awaited<ReturnType<FragmentCache<string, string>['get']>>) =>
  result.kind === 'answer' ? `${result.source} ${result.answer.body}` : result.kind;
/** Lets everything run that waits for nothing but its turn. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a fresh answer is served from memory, the same bytes each time, with its age', async () => {
  const { get, ask, pass, loads } = setUp();
  const first = await ask(answer('max-age=60'));
  pass(12);
  const second = await get();
  expect([text(first), text(second)]).toEqual(['origin one', 'cache one']);
  expect(second).toMatchObject({ ageSeconds: 12, status: 'tessera; hit; ttl=48' });
  expect(first).toMatchObject({ status: 'tessera; fwd=uri-miss; ttl=60; stored' });
  const third = await get();
  if (second.kind === 'answer' && third.kind === 'answer') expect(third.answer).toBe(second.answer);
  expect(loads).toHaveLength(1);
});

test('§4.2: a stale answer is not served without asking', async () => {
  const { ask, pass } = setUp();
  await ask(answer('max-age=60'));
  pass(60);
  expect(text(await ask(answer('max-age=60', 'two')))).toBe('origin two');
});

test('§4.3: a stale answer is validated, a 304 brings its headers and freshness up to date', async () => {
  const { ask, get, pass, loads } = setUp();
  await ask(answer('max-age=60', 'one', { etag: '"a"', x: '1' }));
  pass(70);
  const validated = await ask(answer('max-age=30', '', { etag: '"a"', x: '2' }, 304));
  expect(loads[1]?.conditional).toEqual(['if-none-match', '"a"']);
  expect(text(validated)).toBe('origin one');
  expect(validated).toMatchObject({ status: 'tessera; fwd=stale; fwd-status=304; ttl=30; stored' });
  pass(29);
  const hit = await get();
  expect(hit).toMatchObject({ source: 'cache', answer: { status: 200, headers: { x: '2' } } });
});

test('§4.3.4: a 304 about something else makes the cache ask again without a condition', async () => {
  const { get, reply, ask, pass, loads } = setUp();
  await ask(answer('max-age=60', 'one', { etag: '"a"' }));
  pass(70);
  const result = get();
  await reply(answer('max-age=60', '', { etag: '"b"' }, 304));
  await reply(answer('max-age=60', 'two', { etag: '"b"' }));
  expect(text(await result)).toBe('origin two');
  expect(loads.map(({ conditional }) => conditional.length)).toEqual([0, 2, 0]);
});

test('§5.2.2.4: with no-cache every use is validated', async () => {
  const { ask } = setUp();
  await ask(answer('no-cache, max-age=60', 'one', { etag: '"a"' }));
  const second = await ask(answer('no-cache', '', {}, 304));
  expect(text(second)).toBe('origin one');
});

test('§3.2: a 304 that forbids storing ends the stored answer', async () => {
  const { ask, pass, loads } = setUp();
  await ask(answer('max-age=1', 'one', { etag: '"a"' }));
  pass(2);
  expect(text(await ask(answer('private', '', {}, 304)))).toBe('origin one');
  await ask(answer('max-age=60'));
  expect(loads[2]?.conditional).toEqual([]);
});

test('500 concurrent misses are one request', async () => {
  const { get, reply, loads } = setUp();
  const results = Array.from({ length: 500 }, () => get());
  await reply(answer('max-age=60'));
  const texts = (await Promise.all(results)).map(text);
  expect(new Set(texts)).toEqual(new Set(['origin one']));
  expect(loads).toHaveLength(1);
});

test('500 concurrent misses with different cookies are 500 requests, and nobody gets another one’s answer', async () => {
  const { cache, loads } = setUp();
  const one = (cookie: string) =>
    cache.get({ ...base, headers: ['cookie', cookie] }, async (request) => {
      loads.push(request);
      await settle();
      return answer('max-age=60', cookie);
    });
  const results = await Promise.all(Array.from({ length: 500 }, (_, at) => one(`session=${at}`)));
  expect(results.map(text)).toEqual(results.map((_, at) => `origin session=${at}`));
  expect(loads).toHaveLength(500);
  expect(cache.size.entries).toBe(0);
});

test('an answer that may not be shared goes to its asker only, and nobody waits for the next one', async () => {
  const { get, reply, loads, waiting, pass } = setUp();
  const results = Array.from({ length: 3 }, () => get());
  await reply(answer('private', 'first'));
  await vi.waitUntil(() => waiting.length === 2, { interval: 1 });
  await reply(answer('private', 'second'));
  await reply(answer('private', 'third'));
  const texts = (await Promise.all(results)).map(text);
  expect(texts.toSorted()).toEqual(['origin first', 'origin second', 'origin third']);
  const later = [get(), get()];
  await vi.waitUntil(() => waiting.length === 2, { interval: 1 });
  await reply(answer('private', 'a'));
  await reply(answer('private', 'b'));
  await Promise.all(later);
  pass(21);
  const afterwards = [get(), get()];
  await reply(answer('max-age=60', 'shared'));
  expect((await Promise.all(afterwards)).map(text)).toEqual(['origin shared', 'origin shared']);
  expect(loads).toHaveLength(6);
});

test('where no answer of a fragment can be shared, nobody waits for one whose URL is new either', async () => {
  const { get, ask, waiting, reply } = setUp();
  const at = (url: string, form = 'html') => ({ url: `http://a.example/reviews/${url}`, form });
  for (const url of ['a', 'a', 'b', 'c']) await ask(answer('private'), at(url));
  const visitors = [get(at('d')), get(at('d'))];
  await vi.waitUntil(() => waiting.length === 2, { interval: 1 });
  // What is asked for otherwise may well be shared.
  const others = [
    { form: 'raw' },
    { fragment: 'header' },
    { headers: ['accept', 'text/html', 'cookie', 'id=1'] },
  ].map((other) => [get({ ...at('d'), ...other }), get({ ...at('d'), ...other })]);
  await vi.waitUntil(() => waiting.length === 5, { interval: 1 });
  await settle();
  expect(waiting).toHaveLength(5);
  await reply(answer('private', 'one'));
  await reply(answer('max-age=60', 'two'));
  expect((await Promise.all(visitors)).map(text)).toEqual(['origin one', 'origin two']);
  for (let open = 0; open < 3; open++) await reply(answer('public, max-age=60', 'other'));
  await Promise.all(others.flat());
  // One could be shared: the next may be.
  const later = [get(at('e')), get(at('e'))];
  await settle();
  await settle();
  expect(waiting).toHaveLength(1);
  await reply(answer('max-age=60', 'three'));
  expect((await Promise.all(later)).map(text)).toEqual(['origin three', 'origin three']);
});

test('RFC 9111 §5.2.1.5: that one visitor wants nothing stored keeps nobody else from sharing', async () => {
  const { get, ask, waiting, reply } = setUp();
  const noStore = { directives: requestDirectives('no-store') };
  const at = (url: string) => ({ url: `http://a.example/reviews/${url}` });
  for (const url of ['a', 'b', 'c']) await ask(answer('max-age=60'), { ...noStore, ...at(url) });
  for (const url of ['a', 'd']) {
    const visitors = [get(at(url)), get(at(url))];
    await settle();
    await settle();
    expect(waiting).toHaveLength(1);
    await reply(answer('private', 'one'));
    await vi.waitUntil(() => waiting.length === 1, { interval: 1 });
    await reply(answer('max-age=60', 'two'));
    expect((await Promise.all(visitors)).map(text)).toEqual(['origin one', 'origin two']);
  }
});

test('those who cannot share an answer are let go when its head is there', async () => {
  const { cache, loads } = setUp();
  const bodies: (() => void)[] = [];
  const one = () =>
    cache.get(base, async (request) => {
      loads.push(request);
      expect(request.onHead(200, { 'cache-control': 'no-store' }).store).toBe(false);
      await new Promise<void>((resolve) => bodies.push(resolve));
      return { kind: 'passed', passed: 'stream' };
    });
  const results = [one(), one()];
  await vi.waitUntil(() => bodies.length === 2, { interval: 1 });
  for (const finish of bodies) finish();
  expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual(['passed', 'passed']);
});

test('RFC 5861 §3: 50 stale hits are answered at once by one revalidation', async () => {
  const { get, ask, reply, pass, loads } = setUp();
  await ask(answer('max-age=10, stale-while-revalidate=30', 'one', { etag: '"a"' }));
  pass(20);
  const stale = await Promise.all(Array.from({ length: 50 }, () => get()));
  expect(new Set(stale.map(text))).toEqual(new Set(['stale one']));
  await settle();
  expect(loads).toHaveLength(2);
  await reply(answer('max-age=10', 'two'));
  await settle();
  expect(text(await get())).toBe('cache two');
  pass(60);
  expect(text(await ask(answer('max-age=10', 'three')))).toBe('origin three');
});

test('a revalidation that failed is not tried again at once', async () => {
  const { get, ask, reply, pass, loads } = setUp();
  await ask(answer('max-age=10, stale-while-revalidate=30'));
  pass(20);
  await get();
  await reply(failed);
  await settle();
  expect(text(await get())).toBe('stale one');
  await settle();
  expect(loads).toHaveLength(2);
  pass(2);
  await get();
  await settle();
  expect(loads).toHaveLength(3);
});

test.each([
  ['a failure', failed],
  ['a time-out', timedOut],
  ['a 503', answer('', 'error', {}, 503)],
])('RFC 5861 §4: %s is answered by the stale answer inside its window', async (_, failure) => {
  const { ask, pass } = setUp();
  await ask(answer('max-age=10, stale-if-error=30'));
  pass(39);
  expect(text(await ask(failure))).toBe('stale one');
  pass(2);
  expect(text(await ask(failure))).not.toContain('one');
});

test('RFC 5861 §4: a 404 is an answer, no failure', async () => {
  const { ask, pass } = setUp();
  await ask(answer('max-age=10, stale-if-error=30'));
  pass(20);
  expect(text(await ask(answer('', 'none', {}, 404)))).toBe('origin none');
});

test('a failing service does not cost the answer that stands in for it', async () => {
  const { ask, pass } = setUp();
  await ask(answer('max-age=10, stale-if-error=300'));
  pass(20);
  await ask(answer('max-age=60', 'error', {}, 500));
  expect(text(await ask(failed))).toBe('stale one');
});

test.each(['must-revalidate', 'proxy-revalidate', 's-maxage=10', 'no-cache'])(
  '§4.2.4: with %s nothing stale is served, whatever the configuration says',
  async (directive) => {
    const { ask, pass } = setUp();
    await ask(answer(`max-age=10, stale-if-error=30, ${directive}`, 'one', { etag: '"a"' }));
    pass(20);
    expect(text(await ask(failed, { staleIfErrorMs: 60_000 }))).toBe('failure');
  },
);

test('the fragment’s own window for failures counts where the answer does not forbid it', async () => {
  const { ask, pass } = setUp();
  await ask(answer('max-age=10'));
  pass(20);
  expect(text(await ask(failed, { staleIfErrorMs: 60_000 }))).toBe('stale one');
  expect(text(await ask(failed))).toBe('failure');
});

test('one who waits for another one’s request has a time-out of its own, and gets what is stale', async () => {
  const { get, ask, reply, pass } = setUp();
  await ask(answer('max-age=10, stale-if-error=300'));
  pass(20);
  const first = get();
  expect(text(await get({ timeoutMs: 20 }))).toBe('stale one');
  await reply(answer('max-age=10', 'two'));
  expect(text(await first)).toBe('origin two');
});

test('one who has more time than the first goes on when the first one’s time is over', async () => {
  const { get, reply, loads } = setUp();
  const [short, long] = [get({ timeoutMs: 30 }), get({ timeoutMs: 5000 })];
  await reply(timedOut);
  await reply(answer('max-age=60', 'late'));
  expect(text(await short)).toBe('failure');
  expect(text(await long)).toBe('origin late');
  expect(loads).toHaveLength(2);
  expect(loads[0]?.timeoutMs).toBeLessThanOrEqual(30);
  // What it has waited is gone.
  expect(loads[1]?.timeoutMs).toBeLessThan(5000);
});

test('a request goes on for the others when its first asker leaves', async () => {
  const { get, reply, loads } = setUp();
  const leaving = new AbortController();
  const [first, second] = [get({ signal: leaving.signal }), get()];
  await settle();
  leaving.abort();
  expect(text(await first)).toBe('aborted');
  expect(loads[0]?.signal.aborted).toBe(false);
  await reply(answer('max-age=60'));
  expect(text(await second)).toBe('origin one');
});

test('a request is given up when the last asker leaves, unless its answer will be stored', async () => {
  const { cache, loads, waiting, get } = setUp();
  const leaving = new AbortController();
  const first = get({ signal: leaving.signal });
  await settle();
  leaving.abort();
  await first;
  expect(loads[0]?.signal.aborted).toBe(true);

  const again = new AbortController();
  const second = get({ signal: again.signal });
  await settle();
  expect(loads[1]?.onHead(200, { 'cache-control': 'max-age=60' }).store).toBe(true);
  again.abort();
  await second;
  expect(loads[1]?.signal.aborted).toBe(false);
  waiting[1]?.(answer('max-age=60'));
  await settle();
  expect(cache.size.entries).toBe(1);
});

test.each([
  ['URL', { urls: [base.url] }],
  ['group', { groups: ['mug'] }],
  ['fragment', { fragments: ['reviews'] }],
  ['URL, softly', { urls: [base.url], soft: true }],
])(
  'a purge by %s beats a request on its way, and later askers do not join it',
  async (_, purge) => {
    const { cache, get, reply, loads } = setUp();
    const early = get();
    await settle();
    await cache.purge(purge);
    const late = get();
    await settle();
    expect(loads).toHaveLength(2);
    await reply(answer('max-age=60', 'before', { 'surrogate-key': 'mug' }));
    expect(text(await early)).toBe('origin before');
    expect(cache.size.entries).toBe(0);
    await reply(answer('max-age=60', 'after'));
    expect(text(await late)).toBe('origin after');
    expect(text(await get())).toBe('cache after');
  },
);

test('a purge of another team’s group or of another group leaves a request on its way alone', async () => {
  const { cache, get, reply } = setUp();
  const result = get();
  await settle();
  await cache.purge({ groups: ['mug'], within: 'product' });
  await cache.purge({ groups: ['pot'] });
  await reply(answer('max-age=60', 'one', { 'surrogate-key': 'mug' }));
  await result;
  expect(text(await get())).toBe('cache one');
});

test('what was purged does not come back when its service fails', async () => {
  const { cache, get, ask, reply, pass } = setUp();
  await ask(answer('max-age=10, stale-if-error=300'));
  pass(20);
  const result = get();
  await settle();
  await cache.purge({ urls: [base.url] });
  await reply(failed);
  expect(text(await result)).toBe('failure');
});

test('a soft purge leaves the answer to be served while it is revalidated', async () => {
  const { cache, get, ask, reply } = setUp();
  await ask(answer('max-age=60, stale-while-revalidate=30'));
  expect(await cache.purge({ urls: [base.url], soft: true })).toEqual({
    dropped: 1,
    everywhere: true,
  });
  expect(text(await get())).toBe('stale one');
  await reply(answer('max-age=60', 'two'));
  await settle();
  expect(text(await get())).toBe('cache two');
});

test('§4.4: an unsafe request invalidates its URL and, in its own fragment, the groups that it names', async () => {
  const { cache, get, ask } = setUp();
  await ask(answer('max-age=60', 'mine', { 'cache-groups': '"mug"' }));
  const other = { fragment: 'product', url: 'http://b.example/mug' };
  await ask(answer('max-age=60', 'theirs', { 'cache-groups': '"mug"' }), other);
  const post = { fragment: 'reviews', method: 'POST', url: 'http://a.example/reviews/' };
  await cache.noteAnswer(post, { status: 500, headers: { 'cache-group-invalidation': '"mug"' } });
  expect(text(await get())).toBe('cache mine');
  await cache.noteAnswer(post, { status: 303, headers: { 'cache-group-invalidation': '"mug"' } });
  expect(cache.size.entries).toBe(1);
  expect(text(await get(other))).toBe('cache theirs');
  await cache.noteAnswer({ ...post, ...other }, { status: 204, headers: {} });
  expect(cache.size.entries).toBe(0);
});

test.each([
  ['no-cache', 'origin two'],
  ['max-age=5', 'origin two'],
  ['max-age=0', 'origin two'],
  ['max-age=600', 'cache one'],
  ['min-fresh=55', 'origin two'],
  ['min-fresh=10', 'cache one'],
  ['no-store', 'origin two'],
  ['only-if-cached', 'cache one'],
])('§5.2.1: a visitor’s %s on an answer that is fresh yet', async (directives, expected) => {
  const { get, ask, reply, pass } = setUp();
  await ask(answer('max-age=60'));
  pass(10);
  const result = get({ directives: requestDirectives(directives) });
  if (expected.startsWith('origin')) await reply(answer('max-age=60', 'two'));
  expect(text(await result)).toBe(expected);
});

test('§5.2.1.2: max-stale takes a stale answer, unless that is forbidden', async () => {
  const { get, ask, pass } = setUp();
  const directives = requestDirectives('max-stale=20');
  await ask(answer('max-age=10'));
  pass(30);
  expect(text(await get({ directives }))).toBe('stale one');
  pass(1);
  expect(text(await ask(answer('max-age=10, must-revalidate', 'two'), { directives }))).toBe(
    'origin two',
  );
  pass(15);
  expect(text(await ask(answer('max-age=10', 'three'), { directives }))).toBe('origin three');
});

test('§5.2.1.7: only-if-cached never asks the service', async () => {
  const { get, loads } = setUp();
  expect((await get({ directives: requestDirectives('only-if-cached') })).kind).toBe(
    'only-if-cached',
  );
  expect(loads).toEqual([]);
});

test('§5.2.1.5: with no-store neither is anything stored nor shared', async () => {
  const { cache, get, reply, waiting } = setUp();
  const directives = requestDirectives('no-store');
  const results = [get({ directives }), get({ directives })];
  await vi.waitUntil(() => waiting.length === 2, { interval: 1 });
  await reply(answer('max-age=60'));
  await reply(answer('max-age=60'));
  await Promise.all(results);
  expect(cache.size.entries).toBe(0);
});

test('what sets a cookie keeps it for its asker, and is not stored', async () => {
  const { cache, ask } = setUp();
  const result = await ask(answer('max-age=60', 'one', { 'set-cookie': ['a=b'] }));
  expect(result).toMatchObject({ answer: { headers: { 'set-cookie': ['a=b'] } } });
  expect(cache.size.entries).toBe(0);
});

test('HEAD is answered by what is stored, its own answers are not stored', async () => {
  const { cache, get, ask } = setUp();
  await ask(answer('max-age=60', ''), { method: 'HEAD' });
  expect(cache.size.entries).toBe(0);
  await ask(answer('max-age=60'));
  expect(text(await get({ method: 'HEAD' }))).toBe('cache one');
});

test('different forms of one URL do not meet, a purge reaches all', async () => {
  const { cache, get, ask } = setUp();
  await ask(answer('max-age=60', '<p>'));
  await ask(answer('max-age=60', '{}'), { form: 'json' });
  expect(text(await get())).toBe('cache <p>');
  expect((await cache.purge({ urls: [base.url] })).dropped).toBe(2);
});

test('a bug in loading reaches its askers and leaves nothing behind', async () => {
  const { cache, ask } = setUp();
  const broken = () => Promise.reject(new Error('bug'));
  const results = await Promise.allSettled([cache.get(base, broken), cache.get(base, broken)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(text(await ask(answer('max-age=60')))).toBe('origin one');
});
