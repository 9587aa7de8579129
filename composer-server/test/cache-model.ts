import fc from 'fast-check';
import { expect } from 'vitest';
import { NO_DIRECTIVES } from '../src/cache/cache-control.ts';
import { FragmentCache } from '../src/cache/fragment-cache.ts';
import type { CacheResult, Loaded, LoadRequest, Lookup } from '../src/cache/lookup.ts';
import type { Purge } from '../src/cache/memory-store.ts';
import { type AssembledPage, AssembledPages } from '../src/page/assembled.ts';

// A simple model of what may be served, and random histories to compare the cache with. Shared by the quick and the long
// version of the property-based test.

/** One step of a history. */
export type Step =
  | { readonly kind: 'get'; readonly url: number; readonly lang: number; readonly cookie: number }
  /** The service answers its oldest or newest open request. */
  | { readonly kind: 'answer'; readonly newest: boolean; readonly policy: Policy }
  | { readonly kind: 'fail'; readonly newest: boolean; readonly timedOut: boolean }
  | { readonly kind: 'pass'; readonly seconds: number }
  | {
      readonly kind: 'purge';
      readonly by: 'url' | 'group' | 'fragment';
      readonly url: number;
      readonly soft: boolean;
    };

interface Policy {
  readonly maxAge: number;
  readonly revalidate: number;
  readonly error: number;
  readonly vary: boolean;
  readonly extra: '' | 'must-revalidate' | 'private' | 'no-store' | 'no-cache' | 'public';
  readonly status: 200 | 404 | 503;
  /** Answers 304 where the cache asks with a condition. */
  readonly validates: boolean;
}

const seconds = fc.constantFrom(0, 1, 5, 20);
const policy: fc.Arbitrary<Policy> = fc.record({
  maxAge: seconds,
  revalidate: seconds,
  error: seconds,
  vary: fc.boolean(),
  extra: fc.constantFrom(
    '',
    '',
    '',
    'must-revalidate',
    'private',
    'no-store',
    'no-cache',
    'public',
  ),
  status: fc.constantFrom(200, 200, 200, 404, 503),
  validates: fc.boolean(),
});
const url = fc.integer({ min: 0, max: 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('get' as const),
      url,
      lang: fc.integer({ min: 0, max: 1 }),
      cookie: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('answer' as const), newest: fc.boolean(), policy }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      newest: fc.boolean(),
      timedOut: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      seconds: fc.constantFrom(1, 3, 10, 30),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('purge' as const),
      by: fc.constantFrom('url' as const, 'group' as const, 'fragment' as const),
      url,
      soft: fc.boolean(),
    }),
  },
);

export const steps: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 40 });
/** Long enough for a page to be asked for again and again. */
export const longHistories: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 20, maxLength: 40 });

/** What the model knows of one body that the service sent. */
interface Fact {
  readonly policy: Policy;
  /** For its asker alone. */
  readonly personal: boolean;
  /** The request that brought it, or vouched for it last, and the step of the answer. */
  by: Asked;
  answeredAt: number;
  freshUntil: number;
  /** Hard purged, or purged while it was on its way. */
  dead: boolean;
}

/** A request to the cache or, from there, to the service; `at` is its step. */
interface Asked {
  readonly url: number;
  readonly lang: number;
  readonly cookie: number;
  readonly at: number;
}

interface Open {
  readonly asked: Asked;
  /** When: the time that an answer takes counts as age (RFC 9111 §4.2.3). */
  readonly time: number;
  readonly request: LoadRequest;
  readonly reply: (loaded: Loaded<string, never>) => void;
}

const URLS = ['http://a.example/0', 'http://a.example/1'];
const NEVER = new AbortController().signal;

/**
 * Runs a history and fails when the cache serves what it may not, or asks for what it has. With `assembled`, pages of one
 * answer each are kept above it, as a composer does. Answers how many of those were given.
 */
export async function checkHistory(
  history: readonly Step[],
  { assembled = false }: { assembled?: boolean } = {},
): Promise<number> {
  const world = new World(assembled);
  for (const step of history) await world.run(step);
  await world.end();
  return world.pagesGiven;
}

class World {
  #now = Date.UTC(2026, 0, 15);
  #step = 0;
  readonly #cache = new FragmentCache<string>({ maxBytes: 1e7, now: () => this.#now });
  readonly #facts: Fact[] = [];
  readonly #open: Open[] = [];
  readonly #purges: { readonly at: number; readonly url: number | undefined }[] = [];
  readonly #givenAlone = new Set<Fact>();
  readonly #failures: unknown[] = [];
  readonly #pages: AssembledPages | undefined;
  pagesGiven = 0;

  constructor(assembled: boolean) {
    this.#pages = assembled ? new AssembledPages(1e6, { lookUpMs: 15_000 }) : undefined;
  }

  async run(step: Step): Promise<void> {
    this.#step++;
    if (step.kind === 'pass') this.#now += step.seconds * 1000;
    else if (step.kind === 'get') this.#get(step);
    else if (step.kind === 'purge') await this.#purge(step);
    else {
      const [open] = this.#open.splice(step.newest ? -1 : 0, 1);
      if (open && step.kind === 'answer') await this.#answer(open, step.policy);
      if (open && step.kind === 'fail')
        open.reply({ kind: 'failure', failure: 'down', timedOut: step.timedOut });
    }
    await this.#settle();
  }

  /** Nobody is left waiting. */
  async end(): Promise<void> {
    for (let open = this.#open.pop(); open; open = this.#open.pop()) {
      open.reply({ kind: 'failure', failure: 'end', timedOut: false });
      await this.#settle();
    }
  }

  /** Lets everything run that waits for nothing but its turn. */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #get({ url, lang, cookie }: { url: number; lang: number; cookie: number }): void {
    const asked = { url, lang, cookie, at: this.#step };
    // Who comes with a cookie that goes up has no page in common with anybody.
    const key = cookie === 0 ? `${url} ${lang}` : undefined;
    const page = key === undefined ? undefined : this.#pages?.find(key, this.#now);
    if (page) {
      try {
        this.#checkPage(asked, page);
      } catch (error) {
        this.#failures.push(error);
      }
      return;
    }
    Promise.resolve(
      this.#cache.get(lookupOf(asked), (request) => {
        const { promise, resolve } = Promise.withResolvers<Loaded<string, never>>();
        this.#open.push({
          asked: { ...asked, at: this.#step },
          time: this.#now,
          request,
          reply: resolve,
        });
        return promise;
      }),
    )
      .then((result) => {
        this.#check(asked, result);
        if (key !== undefined) this.#keepPage(key, result);
      })
      .catch((error) => this.#failures.push(error));
  }

  #keepPage(key: string, result: CacheResult<string, never>): void {
    const entry = result.kind === 'answer' ? result.entry : undefined;
    if (!entry?.place) return;
    const { bornAt, freshUntil } = entry.windows;
    const parts = [{ fragment: 'a', entry, changes: entry.place.changes }];
    const { body } = entry.answer;
    const answers = new Map();
    const page = { page: '/', parts, headers: [], etag: '', bornAt, freshUntil, body, answers };
    // The second time it is worth keeping.
    for (let time = 0; time < 2; time++) this.#pages?.keep(key, page, this.#now);
  }

  /** What a page says must be what the cache would say now, without asking anybody. */
  #checkPage(asked: Asked, { body }: AssembledPage): void {
    this.pagesGiven++;
    const load = () => Promise.reject(new Error('the page holds what the cache had to ask for'));
    const result = this.#cache.get(lookupOf(asked), load);
    if (result instanceof Promise) throw new Error('the page holds what the cache does not have');
    expect(result).toMatchObject({ kind: 'answer', source: 'cache', answer: { body } });
    this.#check(asked, result);
  }

  #check(asked: Asked, result: CacheResult<string, never>): void {
    if (result.kind !== 'answer') return;
    const fact = this.#facts[Number(result.answer.body.toString())];
    if (!fact) throw new Error('the cache served what nobody sent');
    const { policy, by } = fact;
    expect(by.url).toBe(asked.url);
    if (policy.vary) expect(by.lang).toBe(asked.lang);
    if (result.source === 'origin') {
      // Only what came since, for the very same request, and was asked for after the last purge before this one.
      expect(fact.answeredAt).toBeGreaterThan(asked.at);
      expect(by).toMatchObject({ lang: asked.lang, cookie: asked.cookie });
      expect(this.#purgedBetween(by, asked.at)).toBe(false);
      if (fact.personal) expect(this.#givenAlone.has(fact)).toBe(false);
      if (fact.personal) this.#givenAlone.add(fact);
      return;
    }
    expect(fact.personal).toBe(false);
    expect(fact.dead).toBe(false);
    if (result.source === 'cache') return void expect(this.#now).toBeLessThan(fact.freshUntil);
    expect(['must-revalidate', 'no-cache']).not.toContain(policy.extra);
    const windowMs = Math.max(policy.revalidate, policy.error) * 1000;
    expect(this.#now).toBeLessThan(fact.freshUntil + windowMs);
  }

  async #answer({ asked, time, request, reply }: Open, policy: Policy): Promise<void> {
    const etag = request.conditional[1] ?? '';
    const old = policy.validates ? this.#facts[Number(etag.slice(1, -1) || -1)] : undefined;
    const purged = this.#purgedBetween(asked, this.#step);
    if (old) {
      // The answer is right anew, its lifetime begins again.
      const kept = !purged && (asked.cookie === 0 || old.policy.extra === 'public');
      old.by = asked;
      old.answeredAt = this.#step;
      if (kept) old.freshUntil = freshUntil(old.policy, time);
      reply(answerOf(304, { etag }, ''));
      if (kept) await this.#expectHit(asked, old);
      return;
    }
    const personal =
      policy.extra === 'private' ||
      policy.extra === 'no-store' ||
      (asked.cookie > 0 && policy.extra !== 'public');
    const until = freshUntil(policy, time);
    const fact = {
      policy,
      personal,
      by: asked,
      answeredAt: this.#step,
      freshUntil: until,
      dead: purged,
    };
    const id = this.#facts.push(fact) - 1;
    const { maxAge, revalidate, error, extra, vary, status } = policy;
    const windows = `stale-while-revalidate=${revalidate}, stale-if-error=${error}`;
    const headers = {
      'cache-control': `max-age=${maxAge}, ${windows}${extra && `, ${extra}`}`,
      'cache-groups': `"g${asked.url}"`,
      etag: `"${id}"`,
      ...(vary && { vary: 'Accept-Language' }),
    };
    reply(answerOf(status, headers, String(id)));
    if (!personal && !purged) await this.#expectHit(asked, fact);
  }

  /** What was just stored and is fresh must not be asked for again. */
  async #expectHit(asked: Asked, { policy, freshUntil: until }: Fact): Promise<void> {
    await this.#settle();
    // A 503 may have been answered by something stale instead.
    if (until <= this.#now || policy.status === 503) return;
    const load = () => Promise.reject(new Error('the cache asked for what it had'));
    const result = await this.#cache.get(lookupOf(asked), load);
    expect(result).toMatchObject({ kind: 'answer', source: 'cache' });
    this.#check(asked, result);
    if (asked.cookie === 0) this.#keepPage(`${asked.url} ${asked.lang}`, result);
  }

  async #purge({ by, url, soft }: Extract<Step, { kind: 'purge' }>): Promise<void> {
    const what: Record<typeof by, Purge> = {
      url: { urls: [URLS[url] ?? ''] },
      group: { groups: [`g${url}`] },
      fragment: { fragments: ['a'] },
    };
    this.#purges.push({ at: this.#step, url: by === 'fragment' ? undefined : url });
    for (const fact of this.#facts) {
      if (by !== 'fragment' && fact.by.url !== url) continue;
      if (!soft) fact.dead = true;
      fact.freshUntil = Math.min(fact.freshUntil, this.#now);
    }
    await this.#cache.purge({ ...what[by], soft });
  }

  /** Whether what was asked for then was purged before the step `until`. */
  #purgedBetween({ url, at }: Asked, until: number): boolean {
    return this.#purges.some(
      (purge) => purge.at > at && purge.at < until && (purge.url ?? url) === url,
    );
  }
}

function freshUntil({ maxAge, extra }: Policy, time: number): number {
  return extra === 'no-cache' ? Number.NEGATIVE_INFINITY : time + maxAge * 1000;
}

function answerOf(
  status: number,
  headers: Record<string, string>,
  body: string,
): Loaded<string, never> {
  const none = { head: [], links: [], repairs: [], version: undefined };
  return { kind: 'answer', answer: { status, headers, body: Buffer.from(body), ...none } };
}

function lookupOf({ url, lang, cookie }: Asked): Lookup {
  return {
    fragment: 'a',
    form: 'html',
    method: 'GET',
    url: URLS[url] ?? '',
    headers: ['accept-language', `l${lang}`, ...(cookie ? ['cookie', `c=${cookie}`] : [])],
    directives: NO_DIRECTIVES,
    timeoutMs: 600_000,
    signal: NEVER,
    staleIfErrorMs: 0,
  };
}
