import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { folder, runCli } from './cli.ts';
import { visitAll } from './load.ts';
import { html, inline, startServer } from './servers.ts';

/** A composer's process after a round of visits, at rest. */
export interface SoakSample {
  readonly minutes: number;
  /** After a garbage collection. */
  readonly rssMiB: number;
  readonly heapMiB: number;
  /** Open files and sockets. */
  readonly handles: number;
  readonly visits: number;
}

export interface SoakResult {
  readonly samples: readonly SoakSample[];
  /** Visits that did not get a whole page. */
  readonly broken: number;
}

const END = '<p>end</p></body></html>';
const ROUND_MS = 15_000;
/** Longer than a breaker stays open and an idle connection is kept. */
const REST_MS = 6000;

/**
 * Visits a composer of its own, all kinds of pages, for so many minutes, with services that are well, slow, failing and
 * hanging by turns, and says after each round what its process holds. `onSample` is told at once.
 */
export async function soak(
  minutes: number,
  onSample: (sample: SoakSample) => void = () => {},
): Promise<SoakResult> {
  let turn = 0;
  await using good = await startServer((request, response) =>
    html('<b>good</b>'.repeat(100), {
      'cache-control': request.url?.includes('stored') ? 'max-age=2, stale-if-error=9' : 'no-store',
      etag: `"${turn}"`,
      'cache-groups': '"g"',
    })(request, response),
  );
  await using moody = await startServer((request, response) => {
    if (turn % 4 === 1) response.writeHead(500).end();
    else if (turn % 4 === 2) request.socket.destroy();
    else if (turn % 4 === 0) html('<i>moody</i>')(request, response);
    // Else it hangs.
  });
  await using site = await folder({
    'page.html': `<!doctype html><html><head></head><body><fragment-slot name="good" param-n="stored{query.n}"></fragment-slot><fragment-slot name="moody" deferred timeout-ms="200">own</fragment-slot>${END}`,
    'fresh.html': `<html><head></head><body><fragment-slot name="good" param-n="fresh{query.n}" primary timeout-ms="5000"></fragment-slot><fragment-slot name="moody" timeout-ms="100">own</fragment-slot>${END}`,
    // Rest and garbage collection are asked for from outside; what is left is said on standard error.
    'c.mjs': `process.on('SIGUSR2', () => { gc(); gc(); process.stderr.write(JSON.stringify(process.memoryUsage()) + '\\n'); });
      const forward = { query: ['n'] };
      export default {
        port: 0, templates: '.', pages: { '/': 'page.html', '/fresh': 'fresh.html' }, development: true, overload: false, log: { level: 'silent' },
        cache: { maxBytes: 4 * 1024 * 1024 },
        fragments: {
          good: ${JSON.stringify(inline(good.url, { content: 'any?n=:n', params: { n: { type: 'string' } }, actions: ['act'] }))},
          moody: ${JSON.stringify(inline(moody.url, { forward: { query: ['n'] } }))},
        },
      };`,
  });
  const { child, url, exited } = runCli(
    ['serve', '--config', `${site.root}/c.mjs`],
    ['--expose-gc'],
  );
  const shop = await url;
  const samples: SoakSample[] = [];
  let broken = 0;
  let visits = 0;
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 60_000;
  const paths = (n: number) =>
    [
      `?n=${n % 300}`,
      `fresh?n=${n}`,
      `?n=${n}&tessera=whole`,
      'nowhere',
      '_fragments/good/any?n=stored1',
      '_fragments/good/act',
    ][n % 6] ?? '';
  while (elapsed() < minutes) {
    turn++;
    const round = visitAll(10, {
      url: (n) => shop + paths(n),
      check: (status, body) =>
        (status === 200 ? body.length > 0 : status === 404) && !body.includes('</html></html>'),
      forMs: ROUND_MS,
    });
    // Some leave early, and what is stored is purged now and then.
    const leaving = (async () => {
      const until = performance.now() + ROUND_MS;
      while (performance.now() < until) {
        const visitor = new AbortController();
        const visit = fetch(`${shop}fresh?n=left`, { signal: visitor.signal }).catch(() => {});
        await sleep(20);
        visitor.abort();
        await visit;
        await fetch(`${shop}_tessera/purge`, { method: 'POST', body: '{"groups":["g"]}' });
        await sleep(500);
      }
    })();
    const [{ good: well, bad }] = await Promise.all([round, leaving]);
    for (const count of bad.values()) broken += count;
    visits += well;
    for (const server of [good, moody]) server.requests.length = 0;
    await sleep(REST_MS);
    const said = new Promise<string>((resolve) =>
      child.stderr.once('data', (line) => resolve(String(line))),
    );
    child.kill('SIGUSR2');
    const { heapUsed } = JSON.parse(await said);
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const sample = {
      minutes: Math.round(elapsed() * 100) / 100,
      rssMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
      heapMiB: Math.round((heapUsed / 1024 / 1024) * 10) / 10,
      handles: readdirSync(`/proc/${child.pid}/fd`).length,
      visits,
    };
    samples.push(sample);
    onSample(sample);
  }
  child.kill('SIGTERM');
  await exited;
  return { samples, broken };
}

/** What has grown that should not have, after the rounds that fill caches and pools; empty when all is flat. */
export function growth({ samples, broken }: SoakResult): string[] {
  const settled = samples.slice(Math.min(4, Math.floor(samples.length / 3)));
  const half = Math.ceil(settled.length / 2);
  const [early, late] = [settled.slice(0, half), settled.slice(-half)];
  const least = (some: readonly SoakSample[], key: 'rssMiB' | 'heapMiB' | 'handles') =>
    Math.min(...some.map((sample) => sample[key]));
  const problems: string[] = [];
  if (broken > 0) problems.push(`${broken} visits were not answered as they should`);
  const bounds = { rssMiB: [1.1, 15], heapMiB: [1.1, 3], handles: [1, 5] } as const;
  for (const key of ['rssMiB', 'heapMiB', 'handles'] as const) {
    const [factor, more] = bounds[key];
    const [before, after] = [least(early, key), least(late, key)];
    if (after > before * factor + more) problems.push(`${key} grew from ${before} to ${after}`);
  }
  return problems;
}
