import { statSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import { CompositionError, type PathPattern } from '@tessera/contract';
import { inFile, invalidOption } from '../errors.ts';
import type { OverloadOptions } from '../overload.ts';
import { type CspConfig, type CspOptions, resolveCsp } from './csp.ts';
import { type FragmentConfig, type FragmentOptions, resolveFragment } from './fragment.ts';
import { type LimitsConfig, resolveLimits } from './limits.ts';
import {
  A_YEAR_MS,
  boolean,
  entries,
  integer,
  list,
  oneOf,
  origin,
  section,
  text,
  token,
} from './option.ts';
import {
  type DataPageConfig,
  type DataPageOptions,
  type PageConfig,
  type PageOptions,
  resolvePage,
} from './page.ts';

/** What `composer.config.ts` exports. Relative paths count from its folder. */
export interface ComposerConfig {
  /** Default 3000; 0 takes a free one. */
  port?: number;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Scheme and host that visitors see. Default: what each request says. */
  publicOrigin?: string;
  /** Addresses or CIDR ranges of proxies whose `x-forwarded-*` are believed. Default: none. */
  trustProxy?: readonly string[];
  /** Folder of the templates. Default `./templates`. */
  templates?: string;
  /** Route pattern → template, or parts of JSON. */
  pages?: Readonly<Record<string, string | PageConfig | DataPageConfig>>;
  /** Name → fragment. */
  fragments?: Readonly<Record<string, string | FragmentConfig>>;
  /** Status or `default` → template without slots; `{status}` and `{requestId}` are filled in. */
  errorPage?: Readonly<Record<string, string>>;
  /** Path prefix (begins and ends with `/`) → folder of files. */
  static?: Readonly<Record<string, string>>;
  /** Folder of the shell's build. Default: no shell. */
  shell?: string;
  /** Whether browsers are told which pages they may fetch ahead when a link is hovered. Needs `shell`. Default true. */
  speculation?: boolean;
  /** What the shell tells about real visits. Default: nothing. */
  telemetry?: {
    /** Where each page sends one batch when its visitor leaves it: a path of the site, or a URL. */
    endpoint?: string | undefined;
  };
  /** Foreign origins to which a fragment may redirect. Default: none. */
  redirects?: readonly string[];
  /** `pages: 'all'` writes a line for every page, else only for those with problems. Default `{ level: 'info' }`. */
  log?: { level?: LogLevel; pages?: LogPages };
  /** Where answers are kept. */
  cache?: CacheConfig;
  /** Whether pages are compressed for visitors who accept it. Default true. */
  compression?: boolean;
  /** Bounds of what may grow. */
  limits?: LimitsConfig;
  /** How much is taken on before slots, then pages are shed; `false`: everything. */
  overload?: { maxRequests?: number; maxDelayMs?: number } | false;
  /** The content security policy of pages; `false`: none. */
  csp?: CspConfig | false;
  /** Who may see reports, metrics and the registry. Default: nobody. */
  admin?: {
    /** At least 16 characters; sent as `authorization: Bearer <token>`. */
    token?: string | undefined;
  };
  /** Reports, metrics and the registry are open to everybody, without a token. Default false. */
  development?: boolean;
  /**
   * Parts of the user agents, in any letter case, that get every page in one piece, with nothing deferred.
   * Default: the well-known crawlers and link previews.
   */
  bots?: readonly string[];
  /** How long `close()` and SIGTERM wait for what runs, in milliseconds. Default 10000. */
  drainMs?: number;
  /** How many processes `tessera serve` serves with, on one port. Default 1. */
  workers?: number;
}

/** Where answers of fragment services are kept, as HTTP allows it. */
export interface CacheConfig {
  /** Memory for them, in bytes; one takes a tenth of it at most. Default 64 MiB. */
  maxBytes?: number;
  /** URL of a Redis or Valkey server that all instances share, `redis:` or `rediss:`. Default: memory only. */
  redis?: string | undefined;
  /** How long browsers may keep a public page without asking, in milliseconds: a purge does not reach them. Default 0. */
  browserMaxAgeMs?: number;
}

/** Which pages get a line in the log. */
export type LogPages = 'problems' | 'all';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** The configuration, checked and complete. */
export interface ComposerOptions {
  readonly port: number;
  readonly host: string;
  readonly publicOrigin: string | undefined;
  /** Undefined: nobody is believed. */
  readonly trustProxy: BlockList | undefined;
  readonly templates: string;
  readonly pages: readonly PageOptions[];
  readonly dataPages: readonly DataPageOptions[];
  readonly fragments: ReadonlyMap<string, FragmentOptions>;
  readonly errorPages: ReadonlyMap<number | 'default', string>;
  readonly static: readonly { readonly prefix: string; readonly root: string }[];
  readonly shell: string | undefined;
  readonly speculation: boolean;
  readonly telemetryEndpoint: string | undefined;
  readonly redirects: readonly string[];
  readonly log: { readonly level: LogLevel; readonly pages: LogPages };
  readonly cache: {
    readonly maxBytes: number;
    readonly redis: string | undefined;
    readonly browserMaxAgeMs: number;
  };
  readonly compression: boolean;
  readonly limits: Readonly<Required<LimitsConfig>>;
  /** Undefined: everything is taken on. */
  readonly overload: OverloadOptions | undefined;
  /** Undefined: pages have no content security policy. */
  readonly csp: CspOptions | undefined;
  readonly adminToken: string | undefined;
  readonly development: boolean;
  /** Lower case. */
  readonly bots: readonly string[];
  readonly drainMs: number;
  readonly workers: number;
}

/** Gives a configuration file its types; returns what it gets. */
export function defineConfig(config: ComposerConfig): ComposerConfig {
  return config;
}

/** Where a configuration comes from. */
export interface ConfigOrigin {
  /** The folder that its relative paths count from. */
  readonly root: string;
  /** The file that messages name. */
  readonly file?: string | undefined;
}

/**
 * Checks a configuration and fills in every default.
 * Throws OPTION_INVALID, OPTION_UNKNOWN or MANIFEST_INVALID for the first mistake.
 */
export function resolveConfig(config: unknown, { root, file }: ConfigOrigin): ComposerOptions {
  try {
    return resolveOptions(config, root);
  } catch (error) {
    throw file !== undefined && error instanceof CompositionError ? inFile(file, error) : error;
  }
}

function resolveOptions(config: unknown, root: string): ComposerOptions {
  const o = section('', config, [
    'port',
    'host',
    'publicOrigin',
    'trustProxy',
    'templates',
    'pages',
    'fragments',
    'errorPage',
    'static',
    'shell',
    'speculation',
    'telemetry',
    'redirects',
    'log',
    'cache',
    'compression',
    'limits',
    'overload',
    'csp',
    'admin',
    'development',
    'bots',
    'drainMs',
    'workers',
  ]);
  const limits = resolveLimits(o.limits);
  const fragments = new Map(
    entries('fragments', o.fragments).map(([name, fragment]) => [
      name,
      resolveFragment(name, fragment, limits),
    ]),
  );
  const pages = entries('pages', o.pages).map(([key, page]) =>
    resolvePage(key, page, [...fragments.keys()]),
  );
  checkRoutes(pages);
  return Object.freeze({
    port: integer('port', o.port ?? 3000, 0, 65_535),
    host: text('host', o.host ?? '127.0.0.1'),
    publicOrigin: o.publicOrigin === undefined ? undefined : origin('publicOrigin', o.publicOrigin),
    trustProxy: resolveTrustProxy(o.trustProxy),
    templates: resolve(root, text('templates', o.templates ?? './templates')),
    pages: pages.filter((page) => 'template' in page),
    dataPages: pages.filter((page) => 'parts' in page),
    fragments,
    errorPages: new Map(entries('errorPage', o.errorPage).map(resolveErrorPage)),
    static: entries('static', o.static).map(([prefix, folder]) => {
      if (!/^\/([^?#\\]*\/)?$/.test(prefix)) {
        throw invalidOption('static', 'path prefixes that begin and end with "/"', prefix);
      }
      if (prefix.startsWith('/_tessera/') || prefix.startsWith('/_fragments/')) {
        throw invalidOption(
          'static',
          "outside /_tessera/ and /_fragments/, which are the composer's own",
          prefix,
        );
      }
      return {
        prefix,
        root: folderAt(`static["${prefix}"]`, resolve(root, text(`static["${prefix}"]`, folder))),
      };
    }),
    shell: o.shell === undefined ? undefined : resolve(root, text('shell', o.shell)),
    speculation: boolean('speculation', o.speculation ?? true),
    telemetryEndpoint: endpoint(
      'telemetry.endpoint',
      section('telemetry', o.telemetry ?? {}, ['endpoint']).endpoint,
    ),
    redirects: list('redirects', o.redirects).map((value, i) => origin(`redirects[${i}]`, value)),
    log: resolveLog(section('log', o.log ?? {}, ['level', 'pages'])),
    cache: resolveCache(o.cache),
    compression: boolean('compression', o.compression ?? true),
    limits,
    overload: resolveOverload(o.overload),
    csp: resolveCsp(o.csp),
    adminToken: token('admin.token', section('admin', o.admin ?? {}, ['token']).token),
    development: boolean('development', o.development ?? false),
    bots:
      o.bots === undefined
        ? KNOWN_BOTS
        : list('bots', o.bots).map((value, i) => text(`bots[${i}]`, value).toLowerCase()),
    drainMs: integer('drainMs', o.drainMs ?? 10_000, 0, 600_000),
    workers: integer('workers', o.workers ?? 1, 1, MAX_WORKERS),
  });
}

function folderAt(path: string, folder: string): string {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw invalidOption(path, 'a folder that exists', folder);
  }
  return folder;
}

/** Two routes that take the same paths: nobody would ever see the second. */
function checkRoutes(pages: readonly { readonly pattern: PathPattern }[]): void {
  const shapes = new Map<string, string>();
  for (const { pattern } of pages) {
    const shape = pattern.segments
      .map((segment) => (segment.kind === 'literal' ? segment.text : `:${segment.kind}`))
      .join('/');
    const first = shapes.get(shape);
    if (first !== undefined) {
      throw invalidOption(
        `pages["${pattern.source}"]`,
        `a route of its own (it takes the paths of "${first}")`,
        pattern.source,
      );
    }
    shapes.set(shape, pattern.source);
  }
}

function resolveErrorPage([key, template]: [string, unknown]): [number | 'default', string] {
  const path = `errorPage.${key}`;
  if (key === 'default') return ['default', text(path, template)];
  if (!/^[45]\d\d$/.test(key))
    throw invalidOption(path, 'for a status from 400 to 599 or "default"', key);
  return [Number(key), text(path, template)];
}

function resolveTrustProxy(value: unknown): BlockList | undefined {
  const given = list('trustProxy', value);
  if (given.length === 0) return undefined;
  const trusted = new BlockList();
  for (const [i, entry] of given.entries()) {
    const [address = '', prefix] = typeof entry === 'string' ? entry.split('/') : [];
    const family = isIP(address);
    const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (!family || (bits !== undefined && (bits < 0 || bits > (family === 4 ? 32 : 128)))) {
      throw invalidOption(`trustProxy[${i}]`, 'an address or a range such as "10.0.0.0/8"', entry);
    }
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) trusted.addAddress(address, type);
    else trusted.addSubnet(address, bits, type);
  }
  return trusted;
}

const KNOWN_BOTS =
  'googlebot bingbot duckduckbot baiduspider yandexbot applebot slurp petalbot facebookexternalhit twitterbot linkedinbot slackbot discordbot telegrambot whatsapp pinterestbot'.split(
    ' ',
  );

function resolveOverload(value: unknown): OverloadOptions | undefined {
  if (value === false) return undefined;
  const o = section('overload', value ?? {}, ['maxRequests', 'maxDelayMs']);
  return Object.freeze({
    maxRequests: integer('overload.maxRequests', o.maxRequests ?? 2000, 1, 1_000_000),
    maxDelayMs: integer('overload.maxDelayMs', o.maxDelayMs ?? 250, 1, 60_000),
  });
}

/** More than any machine has cores. */
export const MAX_WORKERS = 1024;

function resolveCache(value: unknown): ComposerOptions['cache'] {
  const o = section('cache', value ?? {}, ['maxBytes', 'redis', 'browserMaxAgeMs']);
  const redis = o.redis === undefined ? undefined : text('cache.redis', o.redis);
  const isRedis = (url: string) => URL.canParse(url) && /^rediss?:\/\/./.test(url);
  if (redis !== undefined && !redis.split(',').every(isRedis)) {
    throw invalidOption('cache.redis', 'a URL such as "redis://127.0.0.1:6379"', redis);
  }
  return Object.freeze({
    maxBytes: integer('cache.maxBytes', o.maxBytes ?? 64 * 1024 * 1024, 1024, 2 ** 40),
    redis,
    browserMaxAgeMs: integer('cache.browserMaxAgeMs', o.browserMaxAgeMs ?? 0, 0, A_YEAR_MS),
  });
}

/** A path of the site, or an absolute URL. */
function endpoint(path: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const url = text(path, value);
  if (!/^(\/(?!\/)|https?:\/\/)/.test(url) || !URL.canParse(url, 'http://site.invalid'))
    throw invalidOption(path, 'a path such as "/vitals", or an http: or https: URL', value);
  return url;
}

function resolveLog({ level = 'info', pages = 'problems' }: Record<string, unknown>) {
  return Object.freeze({
    level: oneOf<LogLevel>('log.level', level, ['silent', 'error', 'warn', 'info', 'debug']),
    pages: oneOf<LogPages>('log.pages', pages, ['problems', 'all']),
  });
}
