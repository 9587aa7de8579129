import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PageReport } from '@tessera/contract';
import { expect, test } from 'vitest';
import { createComposer } from '../src/composer.ts';
import { resolveConfig } from '../src/config/config.ts';
import {
  type ComposerSetup,
  html,
  inline,
  shellBuild,
  startComposer,
  startServer,
  text,
} from './servers.ts';

// Every option on a running composer. A test's title begins with the option's path in docs/configuration.md.

const SLOT = '<fragment-slot name="a" timeout-ms="10000">own</fragment-slot>';

async function causeOf(url: string): Promise<string | undefined> {
  const report: PageReport = await (await fetch(`${url}?tessera=report`)).json();
  return report.slots[0]?.cause;
}

/** A folder of templates, not yet in use. */
async function folder(files: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), 'tessera-options-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

test('port, host: where listen() listens unless it is told otherwise', async () => {
  const other = await startServer(html('x'));
  await other.close();
  const config = { port: other.port, host: 'localhost', log: { level: 'silent' } } as const;
  await using composer = await createComposer(config);
  expect((await composer.listen()).url).toBe(`http://localhost:${other.port}/`);
  expect((await fetch(`http://localhost:${other.port}/_tessera/ready`)).status).toBe(200);
});

test('host: what is no address of this machine is refused', async () => {
  // 192.0.2.0/24 is nobody's (RFC 5737).
  await using composer = await createComposer({ port: 0, host: '192.0.2.1' });
  await expect(composer.listen()).rejects.toMatchObject({
    code: 'CANNOT_LISTEN',
    message: expect.stringContaining('192.0.2.1'),
  });
});

test('publicOrigin: decides where redirects lead, what services are told and who is foreign', async () => {
  const publicOrigin = 'https://shop.example';
  await using a = await startServer((request, response) => {
    if (request.method === 'POST')
      response.end(
        `${request.headers['x-forwarded-proto']} ${request.headers['x-forwarded-host']}`,
      );
    else response.writeHead(303, { location: `${publicOrigin}/cart` }).end();
  });
  const setup = {
    fragments: { a: inline(a.url, { actions: ['any'] }) },
    template: '<fragment-slot name="a" primary></fragment-slot>',
  };
  await using shop = await startComposer({ ...setup, publicOrigin });
  await using plain = await startComposer(setup);
  const visit = async (url: string) => (await fetch(url, { redirect: 'manual' })).status;
  expect([await visit(shop.url), await visit(plain.url)]).toEqual([303, 502]);
  const post = (url: string) =>
    fetch(`${url}_fragments/a/any`, { method: 'POST', headers: { origin: publicOrigin } });
  const posted = await post(shop.url);
  expect([posted.status, await posted.text()]).toEqual([200, 'https shop.example']);
  expect((await post(plain.url)).status).toBe(403);
});

test('templates: the folder of the templates, by default ./templates of the configuration', async () => {
  await using site = await folder({ 'templates/page.html': 'default', 'own/page.html': 'own' });
  for (const [config, expected] of [
    [{}, 'default'],
    [{ templates: 'own' }, 'own'],
  ] as const) {
    await using composer = await createComposer(
      { ...config, pages: { '/': 'page.html' }, log: { level: 'silent' } },
      { root: site.root },
    );
    expect(await text((await composer.listen({ port: 0 })).url)).toBe(expected);
  }
});

test('pages.*.deadlineMs: no slot and no part has more time than its page', async () => {
  await using hanging = await startServer(() => {});
  await using shop = await startComposer({
    fragments: { a: inline(hanging.url) },
    template: SLOT,
    pages: {
      '/': { template: 'page.html', deadlineMs: 60 },
      '/data': { data: { a: { fragment: 'a', path: 'x', timeoutMs: 10_000 } }, deadlineMs: 60 },
    },
    development: true,
  });
  expect(await text(shop.url)).toContain('state="error">own</fragment-slot>');
  expect(await causeOf(shop.url)).toBe('FRAGMENT_TIMEOUT');
  const { parts } = await (await fetch(`${shop.url}data`)).json();
  expect(parts.a.error).toBe('FRAGMENT_TIMEOUT');
});

test('pages.*.data.*.timeoutMs: by default what the manifest says', async () => {
  await using a = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('1');
  });
  await using shop = await startComposer({
    template: 'plain',
    fragments: { a: inline(a.url, { timeoutMs: 3000 }) },
    pages: {
      '/default': { data: { a: { fragment: 'a', path: 'x' } } },
      '/own': { data: { a: { fragment: 'a', path: 'x', timeoutMs: 900 } } },
    },
  });
  await text(`${shop.url}default`);
  await text(`${shop.url}own`);
  const [first = 0, second = 0] = a.requests.map(({ headers }) =>
    Number(headers['tessera-deadline-ms']),
  );
  expect(first).toBeGreaterThan(900);
  expect(first).toBeLessThanOrEqual(3000);
  expect(second).toBeLessThanOrEqual(900);
});

test('fragments.*.url: a service below a path is asked below it', async () => {
  await using a = await startServer(html('<i>a</i>'));
  await using shop = await startComposer({
    fragments: { a: inline(`${a.url}team/a/`) },
    template: SLOT,
  });
  expect(await text(shop.url)).toContain('<i>a</i>');
  expect(a.requests.map(({ url }) => url)).toEqual(['/team/a/any']);
});

test('fragments.*.maxFragmentBytes: a byte more is a failure', async () => {
  await using a = await startServer(html('<i>1234</i>'));
  const startWith = (maxFragmentBytes: number) =>
    startComposer({
      fragments: { a: { ...inline(a.url), maxFragmentBytes } },
      template: SLOT,
      development: true,
    });
  await using enough = await startWith(11);
  await using less = await startWith(10);
  expect(await text(enough.url)).toContain('state="ready"><i>1234</i>');
  expect(await causeOf(less.url)).toBe('FRAGMENT_TOO_LARGE');
});

test.each([1, 3, 66])('fragments.*.maxConcurrent: at most %i at once, more wait', async (max) => {
  let active = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  await using a = await startServer(async (request, response) => {
    most = Math.max(most, ++active);
    await gate.promise;
    active--;
    html('<i>a</i>')(request, response);
  });
  // Asked after all the others: by then whatever may connect has connected.
  await using last = await startServer((request, response) => {
    gate.resolve();
    html('<i>last</i>')(request, response);
  });
  let connections = 0;
  a.server.on('connection', () => connections++);
  const count = max * 2 + 1;
  await using shop = await startComposer({
    fragments: { a: { ...inline(a.url), maxConcurrent: max }, b: inline(last.url) },
    template: SLOT.repeat(count) + SLOT.replace('"a"', '"b"'),
  });
  expect((await text(shop.url)).match(/<i>a<\/i>/g)).toHaveLength(count);
  expect(most).toBeLessThanOrEqual(max);
  expect(connections).toBeLessThanOrEqual(max);
});

test('fragments.*.maxConcurrent: each fragment of one origin has its own', async () => {
  await using a = await startServer((request, response) => {
    if (request.url?.startsWith('/b/')) html('<i>b</i>')(request, response);
  });
  await using shop = await startComposer({
    fragments: {
      a: { ...inline(`${a.url}a/`), maxConcurrent: 1 },
      b: { ...inline(`${a.url}b/`), maxConcurrent: 1 },
    },
    template:
      SLOT.replace('10000', '3000') + SLOT.replace('"a" timeout-ms="10000', '"b" timeout-ms="2000'),
  });
  // The first one, which never answers, does not take the other one's place.
  expect(await text(shop.url)).toContain('<i>b</i>');
});

test('fragments.*.breaker.windowMs, fragments.*.breaker.minCalls, fragments.*.breaker.failureRatio: when it opens', async () => {
  await using failing = await startServer((_, response) => response.writeHead(500).end());
  const askedBy = async (breaker: object) => {
    failing.requests.length = 0;
    await using shop = await startComposer({
      fragments: { a: { ...inline(failing.url), breaker } },
      template: SLOT,
    });
    for (let visit = 0; visit < 6; visit++) await text(shop.url);
    return failing.requests.length;
  };
  expect(await askedBy({ minCalls: 3, failureRatio: 1 })).toBe(3);
  // No two requests are in one window.
  expect(await askedBy({ minCalls: 2, windowMs: 1 })).toBe(6);
  expect(() =>
    resolveConfig({ fragments: { a: { breaker: { failureRatio: 0 } } } }, { root: '/' }),
  ).toThrow(/fragments\.a\.breaker\.failureRatio" must be a number above 0, up to 1/);
});

test('errorPage: the page of the status, else of default, else a plain one; filled in', async () => {
  await using hanging = await startServer(() => {});
  await using failing = await startServer((_, response) => response.writeHead(500).end('secret'));
  const page = (name: string) => `<!doctype html><h1>${name} {status} {requestId} {reason}</h1>`;
  const setup: ComposerSetup = {
    template: 'x',
    templates: {
      'slow.html': SLOT.replace('10000"', '50" required'),
      'broken.html': SLOT.replace('name="a"', 'name="b" required'),
      '404.html': page('none'),
      '504.html': page('slow'),
      'any.html': page('any'),
    },
    fragments: { a: inline(hanging.url), b: inline(failing.url) },
    pages: { '/': 'page.html', '/slow': 'slow.html', '/broken': 'broken.html' },
  };
  await using own = await startComposer({
    ...setup,
    errorPage: { 404: '404.html', 504: '504.html', default: 'any.html' },
  });
  await using plain = await startComposer(setup);
  const asked: [string, string, number, string][] = [
    ['nowhere', 'GET', 404, 'none'],
    ['slow', 'GET', 504, 'slow'],
    ['broken', 'GET', 502, 'any'],
    ['', 'POST', 405, 'any'],
    ['a%2fb', 'GET', 400, 'any'],
  ];
  for (const [path, method, status, name] of asked) {
    const ask = (url: string, as = method) =>
      fetch(url + path, { method: as, headers: { 'x-request-id': 'request-1' } });
    for (const [url, expected] of [
      [own.url, `<!doctype html><h1>${name} ${status} request-1 {reason}</h1>`],
      [plain.url, undefined],
    ] as const) {
      const response = await ask(url);
      expect(response.status).toBe(status);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'x-request-id': 'request-1',
      });
      expect(response.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : null);
      const body = await response.text();
      if (expected === undefined) expect(body).toContain('<p>Request request-1</p>');
      else expect(body).toBe(expected);
      expect(body).not.toMatch(/secret|127\.0\.0\.1|FRAGMENT_|\.ts\b/);
      if (method !== 'GET') continue;
      const head = await ask(url, 'HEAD');
      expect([head.status, await head.text()]).toEqual([status, '']);
      expect(head.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(head.headers.get('x-request-id')).toBe('request-1');
    }
  }
});

test('shell: its build is served, immutable, and only without a build there is nothing', async () => {
  await using build = await shellBuild();
  await mkdir(join(build.root, 'assets'));
  await writeFile(join(build.root, 'assets/boot-A1b2C3d4.js'), '1');
  await using shop = await startComposer({ template: 'x', shell: build.root });
  await using without = await startComposer({ template: 'x' });
  const path = '_tessera/shell/assets/boot-A1b2C3d4.js';
  const file = await fetch(shop.url + path);
  expect([file.status, file.headers.get('cache-control'), await file.text()]).toEqual([
    200,
    'public, max-age=31536000, immutable',
    '1',
  ]);
  expect((await fetch(`${shop.url}_tessera/shell/.vite/manifest.json`)).status).toBe(404);
  expect((await fetch(without.url + path)).status).toBe(404);
});

test('log.level: what is below it is not written', async () => {
  const linesAt = async (level: string) => {
    const config = {
      port: 0,
      templates: '.',
      pages: { '/': 'page.html' },
      fragments: { a: inline('http://127.0.0.1:1/') },
      log: { level, pages: 'all' },
    };
    await using site = await folder({ 'page.html': SLOT, 'c.json': JSON.stringify(config) });
    const cli = fileURLToPath(new URL('../bin/tessera.js', import.meta.url));
    const child = spawn(process.execPath, [cli, 'serve', '--config', join(site.root, 'c.json')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const levels: number[] = [];
    const listening = Promise.withResolvers<string>();
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('{')) levels.push(JSON.parse(line).level);
      else listening.resolve(line.replace('listening on ', ''));
    });
    const closed = once(child, 'close');
    await text(await listening.promise);
    child.kill('SIGTERM');
    await closed;
    return levels;
  };
  // 40 is pino's number for a warning: the page with a problem.
  expect(await linesAt('info')).toContain(40);
  expect(await linesAt('error')).toEqual([]);
  expect(await linesAt('silent')).toEqual([]);
}, 60_000);

test('drainMs: a stop waits for what runs, and no longer than that', async () => {
  const gate = Promise.withResolvers<void>();
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  await using a = await startServer(async (request, response) => {
    asked[0].resolve();
    await gate.promise;
    html('<i>late</i>')(request, response);
  });
  await using hanging = await startServer(() => asked[1].resolve());
  const start = (url: string, drainMs: number) =>
    startComposer({ fragments: { a: inline(url) }, template: SLOT, drainMs });
  await using patient = await start(a.url, 60_000);
  const page = text(patient.url);
  await asked[0].promise;
  const closed = patient.close();
  expect((await fetch(patient.url).catch(() => undefined))?.status).toBeUndefined();
  gate.resolve();
  expect(await page).toContain('<i>late</i>');
  await closed;
  await using hasty = await start(hanging.url, 50);
  const cut = text(hasty.url).then(
    () => 'whole',
    () => 'cut',
  );
  await asked[1].promise;
  await hasty.close();
  expect(await cut).toBe('cut');
});

const REMOTE = { entry: 'assets/entry.js', module: './widget', mount: 'idle' };

test('speculation: browsers are told which pages they may fetch ahead, and which they may render', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  const setup = {
    fragments: { a: inline(a.url, { actions: ['any'], remote: REMOTE }) },
    template: SLOT,
    pages: { '/': 'page.html', '/a+b/:sku': 'page.html', '/docs/*path': 'page.html' },
  };
  const rulesOf = async (config: Partial<ComposerSetup>) => {
    await using shop = await startComposer({ ...setup, ...config });
    const rules = /<script type="speculationrules">(.*?)<\/script>/.exec(await text(shop.url));
    const posted = await fetch(`${shop.url}_fragments/a/any`, { method: 'POST' });
    return [JSON.parse(rules?.[1] ?? 'null'), posted.headers.get('clear-site-data')];
  };
  const [rules, forgotten] = await rulesOf({ shell: build.root });
  expect(rules.prefetch[0].where.and[0].href_matches).toEqual([
    { pathname: '/' },
    { pathname: '/a\\+b/:p1' },
    { pathname: '/docs/*' },
  ]);
  expect(rules).not.toHaveProperty('prerender');
  expect(forgotten).toBe('"prefetchCache", "prerenderCache"');
  expect(await rulesOf({ shell: build.root, speculation: false })).toEqual([null, null]);
  expect(await rulesOf({})).toEqual([null, null]);
});

test('pages.*.prerender: only a page that says so is rendered ahead', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  await using shop = await startComposer({
    shell: build.root,
    fragments: { a: inline(a.url, { remote: REMOTE }) },
    template: SLOT,
    pages: { '/': 'page.html', '/about': { template: 'page.html', prerender: true } },
  });
  const json = /<script type="speculationrules">(.*?)<\/script>/.exec(await text(shop.url))?.[1];
  const { prefetch, prerender } = JSON.parse(json ?? '{}');
  expect(prefetch[0].where.and[0].href_matches).toEqual([{ pathname: '/' }]);
  expect(prerender[0].where.and[0].href_matches).toEqual([{ pathname: '/about' }]);
});

test('telemetry, telemetry.endpoint: pages with slots load what reports to it, also those without widgets', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  const page = async (config: Partial<ComposerSetup>) => {
    await using shop = await startComposer({
      shell: build.root,
      fragments: { a: inline(a.url) },
      template: SLOT,
      ...config,
    });
    return await text(shop.url);
  };
  const told = await page({ telemetry: { endpoint: '/vitals' } });
  expect(told).toContain(
    '<script type="module" async src="/_tessera/shell/assets/telemetry-A1b2C3d4.js">',
  );
  expect(told).toContain('{"v":1,"page":"/","slots":{},"remotes":{},"telemetry":"/vitals"}');
  expect(told).not.toMatch(/importmap|boot-/);
  expect(await page({})).not.toMatch(/telemetry|tessera-page/);
  for (const endpoint of ['vitals', '//other.example/', 'javascript:0'])
    await expect(page({ telemetry: { endpoint } })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('telemetry.endpoint'),
    });
});

const OWN_FILE = 'options.test.ts';
/** Options whose test is elsewhere, by a part of its title. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  compression: 'compression: switched off',
  workers: 'workers: as many as the configuration says',
  trustProxy: 'who a visitor is comes from trusted proxies only',
  pages: 'params come from the route and the slot',
  fragments: 'a manifest is fetched at start',
  static: 'static files are served, hashed names immutable',
  redirects: 'a primary redirects to %s',
  log: 'the log has one JSON line for a page with a problem',
  'log.pages': 'the log has one JSON line for a page with a problem',
  cache: 'a fragment is asked for once while its answer is fresh',
  'cache.maxBytes': 'what does not fit into cache.maxBytes is asked for again',
  'cache.redis': 'what one instance stored another serves',
  'cache.browserMaxAgeMs': 'browserMaxAgeMs is for public ones only',
  'fragments.*.staleIfErrorMs': 'a failing service leaves its stored answer',
  'fragments.*.purgeToken': "a team's purge token reaches its own entries only",
  limits: 'past maxPageBytes further slots fall back',
  'limits.maxPageBytes': 'past maxPageBytes further slots fall back',
  'limits.maxSlots': 'a template with too many slots is refused',
  'limits.maxHeaderBytes': "a fragment's headers have a limit of their own",
  'limits.maxRequestBytes': 'a body that is larger than maxRequestBytes is refused',
  'limits.maxConnections': 'more connections than maxConnections are closed',
  'limits.headersTimeoutMs': 'headers that drip end',
  'limits.requestTimeoutMs': 'a body that drips ends',
  'limits.idleTimeoutMs': 'who takes nothing of an answer',
  'limits.sendTimeoutMs': 'who takes an answer by drops',
  'limits.keepAliveTimeoutMs': 'a connection that asks for nothing',
  overload: 'with too many requests under way optional slots go first',
  'overload.maxRequests': 'with too many requests under way optional slots go first',
  'overload.maxDelayMs': 'when the event loop is late',
  admin: 'metrics and registry need the token',
  'admin.token': 'metrics and registry need the token',
  development: 'metrics and registry need the token',
  bots: 'a bot gets the page in one piece',
  'pages.*.template': 'a layout takes the elements of its pages',
  'pages.*.layout': 'a layout takes the elements of its pages',
  'pages.*.data': 'a data page is composed of its parts',
  'pages.*.data.*.fragment': 'a data page is composed of its parts',
  'pages.*.data.*.path': 'a data page is composed of its parts',
  'pages.*.data.*.required': 'a required part that fails makes it a 502',
  'fragments.*.maxQueued': 'a full line turns away at once',
  'fragments.*.retries': 'retries stay within their budget',
  'fragments.*.breaker': 'after 20 failures a service is left alone',
  'fragments.*.breaker.openMs': 'after 20 failures a service is left alone',
  'fragments.*.breaker.slowMs': 'time-outs and slow answers count as failures',
  csp: 'a site has its say',
  'csp.reportOnly': 'a site has its say',
  'csp.directives': 'a site has its say',
  'csp.trustedTypes': 'a site has its say',
  'fragments.*.trust': 'a fragment that is trusted runs its scripts',
  'fragments.*.manifest': 'params come from the route and the slot',
  'fragments.*.publicUrl': 'a CDN takes the assets when named',
};

/** Names that a place of the configuration takes, by what it says of one that it does not take. */
function namesAt(place: string): string[] {
  const keys = place === '' ? [] : place.replace(/^pages\.\*/, 'pages./').split('.');
  const wrong = keys.reduceRight<object>((inner, key) => ({ [key]: inner }), { '?': 1 });
  const fragments = { '*': 'http://127.0.0.1:1/' };
  const named = JSON.parse(JSON.stringify({ fragments, ...wrong }).replaceAll('"*"', '"x"'));
  try {
    resolveConfig(named, { root: '/' });
  } catch (error) {
    const { message = '', hint = '' } = error as { message?: string; hint?: string };
    if (/[".]\?" is unknown/.test(message))
      return hint.replace(/^Known here: |\.$/g, '').split(', ');
  }
  return [];
}

/** Every option at a place and below, by its path; `*` stands for a name of the site's own. */
function optionsBelow(place: string): string[] {
  return namesAt(place).flatMap((name) => {
    const path = place ? `${place}.${name}` : name;
    return [path, ...optionsBelow(path), ...optionsBelow(`${path}.*`)];
  });
}

function documentedOptions(): string[] {
  const docs = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  return [...docs.matchAll(/^\| `([\w.*]+)`/gm)].map(([, name = '']) => name);
}

test('docs/configuration.md lists every option, and no other', () => {
  // A page with `data` is one of JSON, so it is no unknown option of a page of HTML.
  const data = ['pages.*.data', ...optionsBelow('pages.*.data.*')];
  expect(documentedOptions().toSorted()).toEqual([...optionsBelow(''), ...data].toSorted());
});

test('every option has a test on a running composer', () => {
  const folder = import.meta.dirname;
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const others = globSync('*.test.ts', { cwd: folder }).filter((file) => file !== OWN_FILE);
  const elsewhere = others.map(read).join('');
  const own = [...read(OWN_FILE).matchAll(/'([\w.*]+(?:, [\w.*]+)*): \w/g)].flatMap(
    ([, names = '']) => names.split(', '),
  );
  const tested = (option: string) =>
    own.includes(option) || elsewhere.includes(ELSEWHERE[option] ?? '\0');
  expect(documentedOptions().filter((option) => !tested(option))).toEqual([]);
});
