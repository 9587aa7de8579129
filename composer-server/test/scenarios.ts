import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'vitest';
import { folder, runCli } from './cli.ts';
import { type LoadResult, percentile, visitAll } from './load.ts';
import { hasRedis, startRedis } from './redis-server.ts';
import {
  type ComposerSetup,
  type Handler,
  html,
  inline,
  startRawServer,
  startServer,
  text,
} from './servers.ts';

// Faults under load: what visitors get while something breaks, and what is left over afterwards. Each runs scaled down with
// the other tests, and at full size in `scenarios.load.ts`.

export interface Scale {
  readonly visitors: number;
  /** Of each phase. */
  readonly phaseMs: number;
  /** Slow readers, silent and dripping visitors. */
  readonly crowd: number;
}

export const SMALL: Scale = { visitors: 20, phaseMs: 3000, crowd: 20 };
export const FULL: Scale = { visitors: 200, phaseMs: 30_000, crowd: 500 };

const END = '<p>end</p></body></html>';
const page = (...slots: string[]) =>
  `<!doctype html><html><head></head><body>${slots.join('')}${END}`;
const slot = (name: string, attributes = 'timeout-ms="500"') =>
  `<fragment-slot name="${name}" ${attributes}>own</fragment-slot>`;
const isWhole = (status: number, body: string) => status === 200 && body.endsWith(END);

/** Of the registry's page. */
interface Described {
  readonly breaker: { readonly opened: number };
}

/** All pages whole, and most within a page's deadline, whatever else a busy machine does. */
function expectWhole({ good, bad, firstBad, times }: LoadResult, { visitors }: Scale) {
  expect(firstBad).toBeUndefined();
  expect([...bad]).toEqual([]);
  expect(good).toBeGreaterThan(0);
  expect(percentile(times, 0.5)).toBeLessThan(5000 + visitors * 20);
}

/** Nothing is under way, nobody waits, and no connection to a service is open that should not be. */
async function expectIdle(url: string) {
  await expect
    .poll(
      async () => {
        const { fragments } = await (await fetch(`${url}_tessera/registry`)).json();
        return fragments.map(({ active, queued }: Record<string, number>) => [active, queued]);
      },
      { timeout: 20_000 },
    )
    .toSatisfy((all: number[][]) => all.flat().every((count) => count === 0));
  const metrics = await text(`${url}_tessera/metrics`);
  expect(metrics).toContain('tessera_requests_in_flight 0');
}

/** A composer in a process of its own: it must not share the visitors'. */
async function startSite({ template, templates = {}, ...config }: ComposerSetup) {
  const pages = template === undefined ? templates : { 'page.html': template, ...templates };
  const defaults = {
    port: 0,
    templates: '.',
    pages: { '/': 'page.html' },
    log: { level: 'silent' },
  };
  const site = await folder({ ...pages, 'c.json': JSON.stringify({ ...defaults, ...config }) });
  const { child, url, exited } = runCli(['serve', '--config', `${site.root}/c.json`]);
  return {
    url: await url,
    /** What its process holds, in MiB. */
    rssMiB: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
      await site[Symbol.asyncDispose]();
    },
  };
}

/** A service whose answers can be changed while it runs. */
async function startMoody(answer: Handler) {
  const service = { answer };
  const server = await startServer((request, response) => service.answer(request, response));
  return Object.assign(service, server);
}

/** A dead and a hanging fragment under load: their slots fall back, everything else stays as it is. */
export async function deadAndHanging(scale: Scale) {
  const well = html('<i>well</i>');
  const { visitors, phaseMs } = scale;
  const breaker = { openMs: 1000, windowMs: Math.min(10_000, phaseMs / 2) };
  await using good = await startServer(well);
  await using hanging = await startMoody(well);
  await using dead = await startMoody(well);
  const shop = await startSite({
    fragments: {
      good: inline(good.url, { forward: { query: ['n'] } }),
      hanging: { ...inline(hanging.url, { forward: { query: ['n'] } }), breaker },
      dead: { ...inline(dead.url, { forward: { query: ['n'] } }), breaker },
    },
    templates: {
      'page.html': page(slot('good', 'timeout-ms="20000"'), slot('hanging'), slot('dead')),
      'good.html': page(slot('good', 'timeout-ms="20000"')),
    },
    pages: { '/': 'page.html', '/good': { template: 'good.html', deadlineMs: 30_000 } },
    overload: false,
    development: true,
  });
  await using _ = shop;
  const visit = (path: string, share: number) =>
    visitAll(Math.ceil(visitors * share), {
      url: (n) => `${shop.url}${path}?n=${n}`,
      check: (status, body) => isWhole(status, body) && body.includes('state="ready"><i>well</i>'),
      forMs: phaseMs,
    });
  // All visitors on pages of which one half will be sick, and the same once they are.
  const [beforeOthers, before] = await Promise.all([visit('', 0.5), visit('good', 0.5)]);
  expectWhole(beforeOthers, scale);
  expectWhole(before, scale);
  hanging.answer = () => {};
  dead.answer = (request) => void request.socket.destroy();
  const [sick, during] = await Promise.all([visit('', 0.5), visit('good', 0.5)]);
  expectWhole(sick, scale);
  expectWhole(during, scale);
  // Time-outs while a busy machine lets the composer stand still say nothing: then it takes longer.
  const opened = async () => {
    await visitAll(visitors, { url: (n) => `${shop.url}?n=${n}`, check: isWhole, forMs: 500 });
    const { fragments } = await (await fetch(`${shop.url}_tessera/registry`)).json();
    return fragments.map(({ breaker: { opened: times } }: Described) => times > 0);
  };
  await expect.poll(opened, { timeout: 30_000 }).toEqual([false, true, true]);
  hanging.answer = well;
  dead.answer = well;
  // One probe each; then every page is fresh.
  await expect
    .poll(async () => (await text(shop.url)).match(/well/g)?.length, { timeout: 20_000 })
    .toBe(3);
  await expectIdle(shop.url);
  for (const service of [good, hanging, dead]) {
    const open = () =>
      new Promise<number>((resolve, reject) => {
        service.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      });
    // Kept for the next request, at most those that were needed at once.
    await expect.poll(open, { timeout: 20_000 }).toBeLessThanOrEqual(scale.visitors);
  }
  return { before, during };
}

/** A TCP way to Redis that can be cut, frozen or spoilt. */
async function startRelay(port: number) {
  const relay = { way: 'open' as 'open' | 'frozen' | 'cut' | 'garbage' };
  const sockets = new Set<Socket>();
  const server = createServer((visitor) => {
    if (relay.way === 'cut') return void visitor.destroy();
    const redis = connect(port, '127.0.0.1');
    for (const socket of [visitor, redis]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          visitor.destroy();
          redis.destroy();
        });
    }
    const pass = (to: Socket, spoil: boolean) => (bytes: Buffer) => {
      if (relay.way === 'frozen') return;
      to.write(spoil && relay.way === 'garbage' ? Buffer.alloc(bytes.length, 'x') : bytes);
    };
    visitor.on('data', pass(redis, false));
    redis.on('data', pass(visitor, true));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(relay, {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      relay.way = 'cut';
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Redis freezes, talks nonsense and goes away under load: pages stay whole and in time. */
export async function redisFaults(scale: Scale) {
  if (!hasRedis()) return;
  await using redis = await startRedis();
  await using relay = await startRelay(Number(new URL(redis.url).port));
  await using a = await startServer(html('<i>a</i>', { 'cache-control': 'max-age=1' }));
  await using shop = await startSite({
    fragments: { a: inline(a.url, { forward: { query: ['n'] } }) },
    template: page(slot('a', 'timeout-ms="5000"')),
    cache: { redis: relay.url },
    overload: false,
    development: true,
  });
  for (const way of ['open', 'frozen', 'garbage', 'cut', 'open'] as const) {
    relay.way = way;
    if (way === 'cut') relay.cut();
    const result = await visitAll(Math.ceil(scale.visitors / 4), {
      url: (n) => `${shop.url}?n=${n % 50}`,
      check: (status, body) => isWhole(status, body) && body.includes('<i>a</i>'),
      forMs: scale.phaseMs / 4,
    });
    expectWhole(result, scale);
  }
  await expectIdle(shop.url);
}

/** Visitors who send slowly, read slowly, send nothing or leave: the others notice nothing, and nothing is left. */
export async function visitorFaults(scale: Scale) {
  const large = `<p>${'x'.repeat(300_000)}</p>`;
  await using a = await startServer(html(large, { 'cache-control': 'max-age=600' }));
  await using hanging = await startServer(() => {});
  await using shop = await startSite({
    fragments: { a: inline(a.url), hanging: inline(hanging.url, { forward: { query: ['n'] } }) },
    templates: {
      'page.html': page(),
      'large.html': page(slot('a', 'timeout-ms="20000"')),
      'storm.html': page(slot('hanging', 'timeout-ms="20000"')),
    },
    pages: {
      '/': 'page.html',
      '/large': { template: 'large.html', deadlineMs: 30_000 },
      '/storm': 'storm.html',
    },
    limits: { headersTimeoutMs: 2000, idleTimeoutMs: 2000 },
    overload: false,
    development: true,
  });
  const { port } = new URL(shop.url);
  const before = shop.rssMiB();
  const crowd = new Set<Socket>();
  const come = (sent: string, then: (socket: Socket) => void = () => {}) => {
    const socket = connect(Number(port), '127.0.0.1');
    crowd.add(socket);
    socket.on('error', () => {}).on('close', () => crowd.delete(socket));
    socket.once('connect', () => {
      socket.write(sent);
      then(socket);
    });
  };
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
  for (let n = 0; n < scale.crowd; n++) {
    come('GET / HTTP/1.1\r\nHost: a\r\n', (socket) => {
      const timer = setInterval(() => socket.write('x: y\r\n'), 200);
      socket.on('close', () => clearInterval(timer));
    });
    come(ask('/large').repeat(10), (socket) => socket.pause());
    come('');
    come(ask(`/storm?n=${n}`), (socket) => setTimeout(() => socket.destroy(), 200 + (n % 300)));
    // Connections are taken on in order. Of more than 511 that wait the kernel would lose some, and silent ones never know.
    if (n % 50 === 49) await fetch(shop.url, { headers: { connection: 'close' } });
  }
  const result = await visitAll(10, {
    url: () => shop.url,
    check: isWhole,
    forMs: scale.phaseMs,
  });
  expectWhole(result, scale);
  // Of what slow readers were to get at most some buffers are held, not whole answers for each.
  expect(shop.rssMiB() - before).toBeLessThan(200 + scale.crowd * 3);
  await expect
    .poll(
      () => {
        // Who does not read learns of the end only by reading on.
        for (const socket of crowd) socket.resume();
        return crowd.size;
      },
      { timeout: 60_000, interval: 3000 },
    )
    .toBe(0);
  await expectIdle(shop.url);
}

/** A service that floods, drips and breaks off while many visit: memory stays bounded. */
export async function originFlood(scale: Scale) {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n';
  let connections = 0;
  await using flood = await startRawServer((socket) => {
    const kind = connections++ % 3;
    socket.once('data', () => {
      socket.write(head);
      if (kind === 1) return void setTimeout(() => socket.resetAndDestroy(), 50);
      const more = () => {
        while (socket.writable && socket.write('x'.repeat(65_536)));
        if (socket.writable) socket.once('drain', more);
      };
      if (kind === 0) return more();
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
  });
  await using shop = await startSite({
    fragments: {
      flood: { ...inline(flood.url, { forward: { query: ['n'] } }), breaker: false },
    },
    template: page(slot('flood', 'timeout-ms="1000"')),
    overload: false,
    development: true,
  });
  let peak = 0;
  const before = shop.rssMiB();
  const sampling = setInterval(() => {
    peak = Math.max(peak, shop.rssMiB() - before);
  }, 50);
  const result = await visitAll(Math.ceil(scale.visitors / 4), {
    url: (n) => `${shop.url}?n=${n}`,
    check: isWhole,
    forMs: scale.phaseMs,
  });
  clearInterval(sampling);
  expect(result.firstBad).toBeUndefined();
  expect(result.good).toBeGreaterThan(0);
  expect(peak).toBeLessThan(150 + (scale.visitors / 4) * 6);
  await expectIdle(shop.url);
  await expect.poll(() => flood.sockets.size, { timeout: 20_000 }).toBe(0);
}

export const SCENARIOS: Readonly<Record<string, (scale: Scale) => Promise<unknown>>> = {
  'a dead and a hanging fragment cost their slots only': deadAndHanging,
  'a Redis that freezes, talks nonsense or is gone costs hits only': redisFaults,
  'slow, silent and leaving visitors cost the others nothing': visitorFaults,
  'a service that floods, drips and breaks off costs its slot and no memory': originFlood,
};
