import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from '../../tools/build.ts';
import { type PartName, type Shop, startShop } from './shop.ts';
import { watchSources } from './watch-sources.ts';

// `npm start` and `npm run dev`: builds what is missing, starts the whole shop, and says what to try.

const ROOT = join(import.meta.dirname, '..', '..');

/** How long the parts may take to answer after their start. */
const READY_WITHIN_MS = 20_000;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, watch: { type: 'boolean', default: false } },
  });
  const port = readPort(values.port ?? process.env.PORT ?? '3000');
  await checkFree(port);
  await buildAll();

  const stopping = new AbortController();
  const dataDir = process.env.DATA_DIR ?? join(ROOT, '.tessera');
  let shop: Shop | undefined;
  const starting = startShop({
    port,
    dataDir,
    log: logProblems,
    onEnd: (part, how) => {
      if (!stopping.signal.aborted) console.log(endMessage(part, how, dataDir, shop));
    },
  });
  let stoppedAt = 0;
  const stop = async () => {
    // Ctrl+C reaches a process group more than once; a second one that a person presses is for good.
    if (stopping.signal.aborted && performance.now() - stoppedAt > 500) process.exit(1);
    if (stopping.signal.aborted) return;
    stoppedAt = performance.now();
    stopping.abort();
    console.log('\nStopping …');
    // Also while it is still starting: nothing that was started may stay behind.
    await starting.then((started) => started.close()).catch(() => {});
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  shop = await starting;
  await waitUntilReady(shop);
  console.log(welcome(shop));
  if (values.watch) watchSources(ROOT, shop, stopping.signal);
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Error(`The port must be a number from 0 to 65535, but is "${text}".`);
}

async function checkFree(port: number): Promise<void> {
  const probe = createServer().listen({ host: '127.0.0.1', port });
  try {
    await once(probe, 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    const other = port === 65_535 ? port - 1 : port + 1;
    throw new Error(
      `Port ${port} is in use. Choose another one: npm start -- --port ${other}, or PORT=${other} npm start.`,
    );
  }
  probe.close();
  await once(probe, 'close');
}

/** The composer logs JSON; only warnings and errors (pino's levels) are for people. Services print a line at their start. */
function logProblems(part: PartName, line: string): void {
  if (/\blistening on http/.test(line)) return;
  if (part === 'composer' && line.startsWith('{') && !/"level":[4-6]0/.test(line)) return;
  console.log(`${part}: ${line}`);
}

/** Waits until every service is healthy and the home page is whole. */
async function waitUntilReady({ url, services }: Shop): Promise<void> {
  const urls = [
    ...Object.values(services).map((service) => `${service.url}health`),
    `${url}_tessera/ready`,
    url,
  ];
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  for (const part of urls) {
    while (!(await answers(part))) {
      if (performance.now() > giveUpAt) throw new Error(`${part} does not answer.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function endMessage(part: PartName, how: string, dataDir: string, shop: Shop | undefined): string {
  if (part === 'composer' || !shop) return `${part} ${how}. Stop with Ctrl+C and start again.`;
  const { port } = new URL(shop.services[part].url);
  const node = 'node_modules/node/bin/node';
  return `${part} ${how}; the shop goes on without it. Start it again with:
  PORT=${port} DATA_DIR=${dataDir} ${node} fragments/${part}/server.ts`;
}

function welcome({ url, services }: Shop): string {
  return `
The shop is open: ${url}

  ${url}?q=mug                      search, with and without JavaScript
  ${url}products/mug-1              a page of six teams; put it into the cart, write a review
  ${url}cart                        your cart, and nobody else's
  ${url}dashboard                   four teams' answers mashed up in the browser; give one of them a bad day
  ${url}api/summary/mug-1           three teams' answers as one JSON
  ${url}products/mug-1?tessera=whole   the same in one piece
  ${url}products/mug-1?tessera=inspect   who made what, and how it went
  curl -s ${url}products/mug-1      it is all HTML

  kill ${services.reviews.pid}   stops the reviews; reload the page and see what is missing
  kill ${services.product.pid}   stops the product; its pages cannot do without

Services: ${Object.entries(services)
    .map(([name, { url, pid }]) => `${name} ${url} (pid ${pid})`)
    .join(', ')}
Ctrl+C stops everything.
`;
}
