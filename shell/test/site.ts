import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import type { PageRemote, PageSlot } from '@tessera/contract';
import type { Builds } from './build.ts';

/**
 * Answers the requests for its path, of one that ends with `*` whatever their query; text is sent as what the path's extension
 * says, a page without one as HTML.
 */
export type Route = string | ((response: ServerResponse, request: IncomingMessage) => void);

/** A site with the built shell below `/_tessera/shell/` and the React remote below `/_fragments/counter/assets/`. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  /** The path, with its query, of every request so far. */
  readonly requests: readonly string[];
}

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css' };

export async function startSite(builds: Builds, routes: Record<string, Route>): Promise<Site> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    const type = TYPES[/\.(js|css)/.exec(path)?.[1] ?? ''] ?? 'text/html';
    response.setHeader('content-type', `${type}; charset=utf-8`);
    // Nothing may come from the browser's cache: a second fetch must show.
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-security-policy', CSP);
    const route = routes[path] ?? routes[`${path.split('?')[0]}*`];
    if (typeof route === 'function') return route(response, request);
    const body = route ?? (await readBuilt(builds, path));
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** No eval and no strings as scripts; inline scripts are the test page's own. */
const CSP = "script-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'";

async function readBuilt(builds: Builds, path: string): Promise<Buffer | undefined> {
  const file = normalize(path.split('?')[0] ?? '');
  const [, prefix, rest = ''] =
    /^(\/_tessera\/shell|\/_fragments\/(?:counter|counter-next|old|adapters)\/assets)\/(.*)$/.exec(
      file,
    ) ?? [];
  if (!prefix) return undefined;
  const folder = prefix.startsWith('/_tessera')
    ? builds.shell
    : prefix.includes('/old/')
      ? builds.oldRemote
      : prefix.includes('/adapters/')
        ? builds.adapters
        : builds.remote;
  return readFile(join(folder, rest)).catch(() => undefined);
}

/** A slot of the fragment `name`, server-rendered and mounted at once unless told otherwise. */
export function slot(name: string, options: Partial<PageSlot> = {}): PageSlot {
  const props = {};
  return {
    fragment: name,
    version: '1',
    props,
    timeoutMs: 1000,
    render: 'server',
    mount: 'load',
    ...options,
  };
}

/** The remote of the fragment `name`, a plain container at `/_fragments/<name>/assets/entry.js`. */
export function remote(name: string, options: Partial<PageRemote> = {}): PageRemote {
  const entry = `/_fragments/${name}/assets/entry.js`;
  return {
    type: 'container',
    entry,
    module: './widget',
    timeoutMs: 5000,
    js: [entry],
    css: [],
    ...options,
  };
}

/** The React remote that was built with Module Federation; `old` is the one for React 18. */
export function counterRemote(
  builds: Builds,
  fragment: 'counter' | 'counter-next' | 'old' = 'counter',
): PageRemote {
  const base = `/_fragments/${fragment}/assets/`;
  const js = fragment === 'old' ? [] : builds.closure.map((file) => base + file);
  return remote(fragment, { type: 'module-federation', entry: `${base}remoteEntry.js`, js });
}

/** A plain ESM container that exposes `./widget`; `source` is that module's code. */
export function container(source: string): string {
  return `const widget = (() => { ${source} })();
    export const init = () => {};
    export const get = async () => () => widget;`;
}

/** Everything of a composed page up to its body. */
export function head(
  { entries }: Builds,
  slots: Record<string, PageSlot>,
  remotes: Record<string, PageRemote>,
): string {
  const { boot, inspector: _, telemetry: __, ...imports } = entries;
  return `<!doctype html><html lang="en"><head><title>Test</title><link rel="icon" href="data:,">
    <script type="importmap">${JSON.stringify({ imports })}</script>
    <style>fragment-slot { display: contents }</style>
    <script type="application/json" id="tessera-page">${JSON.stringify({ v: 1, page: '/', slots, remotes })}</script>
    <script type="module" async src="${boot}"></script></head><body>`;
}
