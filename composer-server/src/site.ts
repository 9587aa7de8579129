import { FragmentCache, type PurgeResult } from './cache/fragment-cache.ts';
import type { Purge } from './cache/memory-store.ts';
import { RedisStore } from './cache/redis-store.ts';
import { CompressedBodies } from './compressed-bodies.ts';
import { type ComposerOptions, type ConfigOrigin, resolveConfig } from './config/config.ts';
import type { DataPageOptions } from './config/page.ts';
import { ContentPolicy } from './content-policy.ts';
import type { Cache } from './fetch.ts';
import { KeptFiles } from './kept-files.ts';
import type { Log } from './log.ts';
import { AssembledPages } from './page/assembled.ts';
import { PageKeys } from './page/page-key.ts';
import { speculationRules } from './page/speculation.ts';
import { Registry } from './registry.ts';
import { createRouter, type RouteMatch } from './routes.ts';
import { importMap, loadShellBuild, type ShellBuild } from './shell-build.ts';
import { loadTemplates, type Page, type Templates } from './template/template-store.ts';
import { TokenCheck } from './token-check.ts';
import type { Peers } from './workers/peers.ts';

/** For the bytes of files that are sent compressed; their compressed forms take about a third of it. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Everything that one configuration leads to; a reload replaces it as a whole. */
export interface Site {
  readonly options: ComposerOptions;
  readonly templates: Templates;
  readonly route: (path: string) => RouteMatch<Page | DataPageOptions> | undefined;
  readonly shell: ShellBuild | undefined;
  /** For the head of pages; empty without a shell. */
  readonly speculationRules: string;
  readonly registry: Registry;
  readonly cache: Cache;
  /** Of the site's own files and the fragments' assets. */
  readonly files: KeptFiles;
  readonly bodies: CompressedBodies;
  readonly policy: ContentPolicy;
  /** Who asks for what operators see, or for a purge. */
  readonly tokens: TokenCheck;
  /** Tokens on ordinary pages, which may be the site's own visitors': they must not keep an operator out. */
  readonly visitorTokens: TokenCheck;
  readonly assembled: AssembledPages;
  readonly pageKeys: PageKeys;
}

/** What a site may take over, and know of the process. */
export interface SiteContext {
  readonly before?: Site;
  readonly peers: Peers | undefined;
  /** How long our own event loop has stood still in all, in milliseconds. */
  readonly stalledMs: () => number;
}

/** Checks a configuration, compiles its templates, fetches its manifests; throws the first mistake found. What `before` knows stays in use. */
export async function loadSite(
  config: unknown,
  origin: ConfigOrigin,
  log: Log,
  { before, peers, stalledMs }: SiteContext,
): Promise<Site> {
  const options = resolveConfig(config, origin);
  const shell = options.shell === undefined ? undefined : await loadShellBuild(options.shell);
  const compiled = await compileSite(options);
  const registry = new Registry(options.fragments.values(), log, {
    before: before?.registry,
    stalledMs,
  });
  try {
    await registry.start();
  } catch (error) {
    await registry.close();
    throw error;
  }
  const cache =
    before && sameCache(before.options, options) ? before.cache : openCache(options, log, peers);
  const rules = shell && options.speculation ? speculationRules(options.pages) : '';
  const policy = new ContentPolicy(options.csp, shell ? [importMap(shell), rules] : []);
  const { tokens = new TokenCheck(), visitorTokens = new TokenCheck() } = before ?? {};
  const { files = new KeptFiles(MAX_FILE_BYTES), bodies = new CompressedBodies() } = before ?? {};
  return {
    ...{ options, shell, speculationRules: rules, registry, cache, files, bodies },
    ...{ policy, tokens, visitorTokens },
    ...compiled,
  };
}

function sameCache({ cache: a }: ComposerOptions, { cache: b }: ComposerOptions): boolean {
  return a.maxBytes === b.maxBytes && a.redis === b.redis;
}

function openCache(
  { cache: { maxBytes, redis } }: ComposerOptions,
  log: Log,
  peers: Peers | undefined,
): Cache {
  return new FragmentCache({
    maxBytes,
    shared: redis === undefined ? undefined : new RedisStore(redis),
    tellPeers: peers && ((purge) => tellPeers(peers, purge)),
    onError: (err) => log.error({ err }, 'the cache could not be brought up to date'),
  });
}

async function tellPeers(peers: Peers, purge: Purge): Promise<PurgeResult> {
  const { answers, complete } = await peers.ask({ kind: 'purge', purge });
  const dropped = answers.reduce((sum: number, count) => sum + Number(count), 0);
  return { dropped, everywhere: complete };
}

/** What follows from the templates alone, and what is made with them. */
export async function compileSite(
  options: ComposerOptions,
): Promise<Pick<Site, 'templates' | 'route' | 'assembled' | 'pageKeys'>> {
  const templates = await loadTemplates(options);
  return {
    templates,
    route: createRouter([...templates.pages, ...options.dataPages]),
    assembled: new AssembledPages(options.cache.maxBytes / 4),
    pageKeys: new PageKeys(),
  };
}
