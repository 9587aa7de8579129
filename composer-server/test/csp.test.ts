import { createHash } from 'node:crypto';
import type { PageReport } from '@tessera/contract';
import { expect, test } from 'vitest';
import { startRedis } from './redis-server.ts';
import { html, inline, shellBuild, startComposer, startServer, text } from './servers.ts';

// The content security policy of pages: hashes for what the site says, nonces for whom it trusts.

const hash = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
const DEFERRED = '<fragment-slot name="a" deferred timeout-ms="10000">…</fragment-slot>';
const SLOT = '<fragment-slot name="a" timeout-ms="10000">own</fragment-slot>';
const page = (body: string, head = '') =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;

function directivesOf(answer: Response, name = 'content-security-policy') {
  const directives = (answer.headers.get(name) ?? '').split('; ');
  return new Map(directives.map((one) => [one.split(' ')[0], one.split(' ').slice(1)]));
}

/** The texts of a page's inline scripts that are no data. */
const inlineScripts = (answered: string) =>
  [...answered.matchAll(/<script(?![^>]*\b(?:src=|application\/json))[^>]*>(.*?)<\/script>/gs)].map(
    ([, script = '']) => script,
  );

test('every inline script of the site and of the composer is allowed by its hash, and nothing else', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i><script>alert(1)</script>'));
  await using shop = await startComposer({
    shell: build.root,
    fragments: {
      a: {
        ...inline(a.url, {
          remote: { entry: 'r.js', module: './w', mount: 'load', closure: { js: [], css: [] } },
        }),
        publicUrl: 'https://cdn.example/a;b,c/',
      },
    },
    template: page(
      `${DEFERRED}<script>let own = "é";\r\n</script><template><script>later()</script></template>`,
      '<script type="speculationrules">{"prefetch":[]}</script><script src="/own.js"></script>',
    ),
  });
  const answer = await fetch(shop.url);
  const directives = directivesOf(answer);
  const answered = await answer.text();
  const scripts = directives.get('script-src') ?? [];
  const expected = inlineScripts(answered).filter((script) => script !== 'alert(1)');
  expect(expected).toHaveLength(6);
  // Browsers read CRLF as LF.
  expect(scripts).toEqual(
    expect.arrayContaining(expected.map((script) => hash(script.replaceAll('\r\n', '\n')))),
  );
  expect(scripts.filter((source) => !source.startsWith("'sha256-"))).toEqual([
    "'self'",
    'https://cdn.example/a%3Bb%2Cc/',
  ]);
  expect(scripts).toHaveLength(expected.length + 2);
  expect(Object.fromEntries(directives)).toMatchObject({
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'self'"],
    'form-action': ["'self'"],
  });
  expect([...directives.keys()].join()).not.toContain('trusted');
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
  });
});

test('a page without inline scripts allows none, and a 304 repeats no policy', async () => {
  await using a = await startServer(html('<i>a</i>', { 'cache-control': 'max-age=600' }));
  await using shop = await startComposer({ fragments: { a: inline(a.url) }, template: page(SLOT) });
  await text(shop.url);
  const first = await fetch(shop.url);
  expect(directivesOf(first).get('script-src')).toEqual(["'self'"]);
  const etag = first.headers.get('etag') ?? '';
  const again = await fetch(shop.url, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  expect(again.headers.get('content-security-policy')).toBe(null);
});

test('error pages have a policy too', async () => {
  await using shop = await startComposer({
    template: 'x',
    templates: { '404.html': '<h1>{status}</h1><script>own()</script>' },
    errorPage: { 404: '404.html' },
  });
  const own = await fetch(`${shop.url}nowhere`);
  expect(directivesOf(own).get('script-src')).toEqual(["'self'", hash('own()')]);
  const plain = await fetch(shop.url, { method: 'POST' });
  expect(plain.status).toBe(405);
  expect(directivesOf(plain).get('default-src')).toEqual(["'none'"]);
});

test('csp.reportOnly, csp.directives, csp.trustedTypes, and csp itself: a site has its say', async () => {
  const own = (csp: NonNullable<Parameters<typeof startComposer>[0]['csp']>) =>
    startComposer({ template: page('<script>own()</script>'), csp });
  await using report = await own({
    reportOnly: true,
    trustedTypes: ['lit-html'],
    directives: {
      'script-src': ['https://stats.example'],
      'frame-ancestors': ["'none'"],
      'report-uri': ['/csp'],
    },
  });
  const answer = await fetch(report.url);
  expect(answer.headers.get('content-security-policy')).toBe(null);
  const directives = directivesOf(answer, 'content-security-policy-report-only');
  expect(Object.fromEntries(directives)).toMatchObject({
    'script-src': ["'self'", hash('own()'), 'https://stats.example'],
    'frame-ancestors': ["'none'"],
    'report-uri': ['/csp'],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['tessera', 'lit-html'],
  });
  await using none = await own(false);
  const without = await fetch(none.url);
  expect(without.headers.get('content-security-policy')).toBe(null);
  expect(without.headers.get('x-content-type-options')).toBe('nosniff');
});

test.each([
  [{ directives: { 'script-src': ["'strict-dynamic'"] } }],
  [{ directives: { 'img-src': ['a; script-src *'] } }],
  [{ directives: { 'img-src': ['a\nx: y'] } }],
  [{ directives: { 'IMG-src;': ['a'] } }],
  [{ directives: { 'default-src': ["'self'"] } }],
  [{ trustedTypes: ["'allow-duplicates'"] }],
])('a policy with %j is refused at start', async (csp) => {
  await expect(startComposer({ template: 'x', csp })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
  });
});

test('inline scripts of fragments stay in the page, dead, and are counted in the report', async () => {
  const fragment =
    '<p>é</p><script>one()</script><svg><script>two()</script></svg><script type="application/json">{}</script><script src="/_fragments/a/assets/a.js"></script>';
  await using a = await startServer(html(fragment));
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: page(SLOT),
    development: true,
  });
  const answer = await fetch(shop.url);
  expect(directivesOf(answer).get('script-src')).toEqual(["'self'"]);
  expect(await answer.text()).toContain(fragment);
  const report: PageReport = await (await fetch(`${shop.url}?tessera=report`)).json();
  expect(report.slots[0]?.deadScripts).toBe(2);
});

const TRUSTED =
  '<p>ü&amp;</p><script nonce="guess">one("é")</script><script type="application/json">{"a":"<script>"}</script><template><script type="module" src="https://stats.example/s.js"></script></template>';

test('a fragment that is trusted runs its scripts by a nonce of each answer', async () => {
  await using a = await startServer(html(TRUSTED, { 'cache-control': 'max-age=600' }));
  await using b = await startServer(html('<script nonce="guess">evil()</script>'));
  await using shop = await startComposer({
    fragments: { a: { ...inline(a.url), trust: 'scripts' }, b: inline(b.url) },
    template: page(SLOT + SLOT.replace('"a"', '"b"')),
  });
  const nonces = new Set<string>();
  for (let visit = 0; visit < 3; visit++) {
    const answer = await fetch(shop.url);
    const answered = await answer.text();
    const nonce = /'nonce-([\w-]{22})'/.exec(
      answer.headers.get('content-security-policy') ?? '',
    )?.[1];
    expect(nonce).toBeDefined();
    nonces.add(nonce ?? '');
    expect(answered.split(`nonce="${nonce}"`)).toHaveLength(3);
    // Of two attributes of one name the first counts.
    expect(answered).toContain(`<script nonce="${nonce}" nonce="guess">one("é")</script>`);
    expect(answered).toContain(`<script nonce="${nonce}" type="module" src=`);
    expect(answered.replaceAll(` nonce="${nonce}"`, '')).toContain(TRUSTED);
    expect(answered).toContain('<script nonce="guess">evil()</script>');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'private, no-store',
    });
    expect(answer.headers.get('etag')).toBe(null);
  }
  expect(nonces.size).toBe(3);
  expect(a.requests).toHaveLength(1);
  // Neither its service nor the browser's refetch of one slot ever sees a nonce.
  expect(JSON.stringify(a.requests[0]?.rawHeaders)).not.toContain('nonce');
  expect(await text(`${shop.url}_fragments/a/any`)).toBe(TRUSTED);
});

test('late, stale and shared by Redis, a trusted fragment has the nonce of its answer', async () => {
  await using redis = await startRedis();
  let fails = false;
  await using a = await startServer((request, response) => {
    if (fails) response.writeHead(500).end();
    else
      html('<script>one()</script>', { 'cache-control': 'max-age=0, stale-if-error=600' })(
        request,
        response,
      );
  });
  const setup = {
    fragments: { a: { ...inline(a.url), trust: 'scripts' as const } },
    template: page(DEFERRED),
    cache: { redis: redis.url },
  };
  await using first = await startComposer(setup);
  const visit = async (url: string) => {
    const answer = await fetch(url);
    const nonce = /'nonce-([\w-]+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];
    return { nonce, answered: await answer.text() };
  };
  await expect
    .poll(
      async () => {
        fails = false;
        await visit(first.url);
        fails = true;
        await using second = await startComposer(setup);
        await text(`${second.url}_tessera/ready`);
        const { nonce, answered } = await visit(second.url);
        return answered.includes(`data-state="stale"><script nonce="${nonce}">one()</script>`);
      },
      { timeout: 15_000 },
    )
    .toBe(true);
  const { nonce, answered } = await visit(first.url);
  expect(answered).toContain(`data-state="stale"><script nonce="${nonce}">one()</script>`);
});

test("what an answer without a content type holds, no browser takes for the site's own page", async () => {
  await using a = await startServer((_, response) => response.end('<script>evil()</script>'));
  await using shop = await startComposer({
    fragments: { a: inline(a.url, { actions: ['act'] }) },
    template: 'x',
  });
  for (const path of ['act', 'assets/x']) {
    const answer = await fetch(`${shop.url}_fragments/a/${path}`);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    });
  }
});
