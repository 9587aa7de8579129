import { statSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  CompositionError,
  type FragmentManifest,
  isFragmentName,
  type PathPattern,
  parseManifest,
} from '@tessera/contract';
import { type CspConfig, type CspOptions, resolveCsp } from './csp-config.ts';
import { inFile, invalidOption, manifestInvalid } from './errors.ts';
import type { BreakerOptions } from './guard/breaker.ts';
import type { GuardOptions } from './guard/guard.ts';
import { boolean, entries, integer, list, oneOf, origin, ratio, section, text } from './option.ts';
import type { OverloadOptions } from './overload.ts';
import {
  type DataPageConfig,
  type DataPageOptions,
  type PageConfig,
  type PageOptions,
  resolvePage,
} from './page-config.ts';
import { matchesPattern } from './pattern-matcher.ts';

/** A fragment: the base URL of its service, or the base URL with more. */
export interface FragmentConfig {
  /** Base URL, `http:` or `https:`, ends with `/`. */
  url: string;
  /** The manifest of a service that serves none. Default: fetched from `<url>fragment.json`. */
  manifest?: unknown;
  /** Where browsers fetch its assets instead of through the composer, for example a CDN; ends with `/`. */
  publicUrl?: string;
  /** Most bytes of its decoded HTML. Default 2 MiB. */
  maxFragmentBytes?: number;
  /** Most requests under way at once; more wait inside their slot's time. Default 1024. */
  maxConcurrent?: number;
  /** Most requests that wait, each for half of its time at most; more fail at once. Default as many as `maxConcurrent`, at least 100. */
  maxQueued?: number;
  /** When its service is left alone for a while; `false`: never. */
  breaker?: BreakerConfig | false;
  /** How often a safe request that failed before an answer began is sent again, on a fresh connection. Default 1. */
  retries?: number;
  /** How long a stored answer may stand in while its service fails, where the answer itself does not say, in milliseconds. Default 0. */
  staleIfErrorMs?: number;
  /** `'scripts'`: inline scripts in its HTML run. Its pages have a nonce of their own each, and are never stored. Default: they are dead. */
  trust?: 'scripts';
  /** Lets its holder purge this fragment's entries, and no other's. At least 16 characters. Default: nobody but operators. */
  purgeToken?: string | undefined;
}

/** When a fragment's service is left alone: while most of its requests fail. Client aborts and 4xx are no failures. */
export interface BreakerConfig {
  /** Only the requests of this long count, in milliseconds. Default 10000. */
  windowMs?: number;
  /** Fewer requests than this say nothing. Default 20. */
  minCalls?: number;
  /** Which part of them must have failed or been slow, above 0 up to 1. Default 0.5. */
  failureRatio?: number;
  /** How long it is left alone before one request tries it again, in milliseconds; up to a fifth more or less. Default 5000. */
  openMs?: number;
  /** An answer that took longer is a failure here, in milliseconds. Default: only what ran out of its slot's time. */
  slowMs?: number;
}

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

/** Bounds of what may grow. */
export interface LimitsConfig {
  /** Most bytes of a page; slots that would go past it fall back. Default 16 MiB. */
  maxPageBytes?: number;
  /** Most slots of a template. Default 2000. */
  maxSlots?: number;
  /** Most bytes of the headers that a fragment's service may answer with. Default 16 KiB. */
  maxHeaderBytes?: number;
  /** Most bytes of the body that a visitor may send to an action. Default 256 MiB. */
  maxRequestBytes?: number;
  /** Most connections of visitors; more are closed at once. Default 10000. */
  maxConnections?: number;
  /** Longest that a visitor may take for a request's headers, in milliseconds. Default 10000. */
  headersTimeoutMs?: number;
  /** Longest that a visitor may take for a whole request, its body included, in milliseconds. Default 300000. */
  requestTimeoutMs?: number;
  /** Longest without a byte of a body that is waited for, or with nothing taken of an answer, in milliseconds. Default 30000. */
  idleTimeoutMs?: number;
  /** Longest that a visitor may take for taking a page, or 64 KiB of a stream, in milliseconds. Default 300000. */
  sendTimeoutMs?: number;
  /** How long a connection without a request stays open, in milliseconds. Default 5000. */
  keepAliveTimeoutMs?: number;
}

/** Which pages get a line in the log. */
export type LogPages = 'problems' | 'all';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export interface FragmentOptions extends GuardOptions {
  readonly name: string;
  readonly base: URL;
  readonly manifest: FragmentManifest | undefined;
  readonly publicUrl: string | undefined;
  readonly maxFragmentBytes: number;
  readonly staleIfErrorMs: number;
  readonly purgeToken: string | undefined;
  /** Whether inline scripts in its HTML run. */
  readonly trustsScripts: boolean;
  /** From `limits`. */
  readonly maxHeaderBytes: number;
}

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

function resolveFragment(
  name: string,
  fragment: unknown,
  { maxHeaderBytes }: Required<LimitsConfig>,
): FragmentOptions {
  const path = `fragments.${name}`;
  if (!isFragmentName(name))
    throw invalidOption(path, 'named with a-z, 0-9 and "-", a letter first', name);
  const o =
    typeof fragment === 'string'
      ? { url: fragment }
      : section(path, fragment, [
          'url',
          'manifest',
          'publicUrl',
          'maxFragmentBytes',
          'maxConcurrent',
          'maxQueued',
          'breaker',
          'retries',
          'staleIfErrorMs',
          'purgeToken',
          'trust',
        ]);
  const breaker = resolveBreaker(`${path}.breaker`, o.breaker);
  const maxConcurrent = integer(`${path}.maxConcurrent`, o.maxConcurrent ?? 1024, 1, 65_536);
  const base = baseUrl(typeof fragment === 'string' ? path : `${path}.url`, o.url);
  return {
    name,
    base,
    manifest: o.manifest === undefined ? undefined : inlineManifest(name, o.manifest, base),
    publicUrl:
      o.publicUrl === undefined ? undefined : baseUrl(`${path}.publicUrl`, o.publicUrl).href,
    maxFragmentBytes: integer(
      `${path}.maxFragmentBytes`,
      o.maxFragmentBytes ?? 2 * 1024 * 1024,
      1,
      1024 ** 3,
    ),
    maxConcurrent,
    maxQueued: integer(`${path}.maxQueued`, o.maxQueued ?? Math.max(100, maxConcurrent), 0, 65_536),
    breaker,
    retries: integer(`${path}.retries`, o.retries ?? 1, 0, 5),
    staleIfErrorMs: integer(`${path}.staleIfErrorMs`, o.staleIfErrorMs ?? 0, 0, MAX_STALE_MS),
    purgeToken: token(`${path}.purgeToken`, o.purgeToken),
    trustsScripts:
      o.trust !== undefined && oneOf(`${path}.trust`, o.trust, ['scripts']) !== undefined,
    maxHeaderBytes,
  };
}

function resolveBreaker(path: string, value: unknown): BreakerOptions | undefined {
  if (value === false) return undefined;
  const known = ['windowMs', 'minCalls', 'failureRatio', 'openMs', 'slowMs'] as const;
  const o = section(path, value ?? {}, known);
  const ms = (name: string, byDefault: number) =>
    integer(`${path}.${name}`, o[name] ?? byDefault, 1, 3_600_000);
  return Object.freeze({
    windowMs: ms('windowMs', 10_000),
    minCalls: integer(`${path}.minCalls`, o.minCalls ?? 20, 1, 1_000_000),
    failureRatio: ratio(`${path}.failureRatio`, o.failureRatio ?? 0.5),
    openMs: ms('openMs', 5000),
    slowMs: o.slowMs === undefined ? Number.POSITIVE_INFINITY : ms('slowMs', 0),
  });
}

function inlineManifest(name: string, json: unknown, base: URL): FragmentManifest {
  const result = parseManifest(json, name, base.href, matchesPattern);
  if (result.ok) return result.manifest;
  throw manifestInvalid(name, `option fragments.${name}.manifest`, result.problems);
}

function baseUrl(path: string, value: unknown): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  const fits =
    url &&
    /^https?:$/.test(url.protocol) &&
    url.pathname.endsWith('/') &&
    !url.search &&
    !url.hash &&
    !url.username;
  if (!fits)
    throw invalidOption(
      path,
      'an http(s) URL that ends with "/", such as "http://127.0.0.1:4002/reviews/"',
      value,
    );
  return url;
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

function resolveLimits(value: unknown): Readonly<Required<LimitsConfig>> {
  const o = section('limits', value ?? {}, [
    'maxPageBytes',
    'maxSlots',
    'maxHeaderBytes',
    'maxRequestBytes',
    'maxConnections',
    'headersTimeoutMs',
    'requestTimeoutMs',
    'idleTimeoutMs',
    'sendTimeoutMs',
    'keepAliveTimeoutMs',
  ]);
  const bytes = (name: string, byDefault: number, min: number) =>
    integer(`limits.${name}`, o[name] ?? byDefault, min, 2 ** 40);
  const ms = (name: string, byDefault: number) =>
    integer(`limits.${name}`, o[name] ?? byDefault, 1, 3_600_000);
  return Object.freeze({
    maxPageBytes: bytes('maxPageBytes', 16 * 1024 * 1024, 1),
    maxSlots: integer('limits.maxSlots', o.maxSlots ?? 2000, 0, 1_000_000),
    maxHeaderBytes: integer('limits.maxHeaderBytes', o.maxHeaderBytes ?? 16 * 1024, 1024, 2 ** 20),
    maxRequestBytes: bytes('maxRequestBytes', 256 * 1024 * 1024, 0),
    maxConnections: integer('limits.maxConnections', o.maxConnections ?? 10_000, 1, 1_000_000),
    headersTimeoutMs: ms('headersTimeoutMs', 10_000),
    requestTimeoutMs: ms('requestTimeoutMs', 300_000),
    idleTimeoutMs: ms('idleTimeoutMs', 30_000),
    sendTimeoutMs: ms('sendTimeoutMs', 300_000),
    keepAliveTimeoutMs: ms('keepAliveTimeoutMs', 5000),
  });
}

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

/** A year. */
const MAX_STALE_MS = 365 * 24 * 3600 * 1000;

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
    browserMaxAgeMs: integer('cache.browserMaxAgeMs', o.browserMaxAgeMs ?? 0, 0, MAX_STALE_MS),
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

function token(path: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  // Never show what it got: a wrong token is most likely half of a right one.
  if (typeof value !== 'string' || value.length < 16 || !/^[\x21-\x7e]+$/.test(value)) {
    throw invalidOption(path, 'at least 16 printable ASCII characters', '…');
  }
  return value;
}

function resolveLog({ level = 'info', pages = 'problems' }: Record<string, unknown>) {
  return Object.freeze({
    level: oneOf<LogLevel>('log.level', level, ['silent', 'error', 'warn', 'info', 'debug']),
    pages: oneOf<LogPages>('log.pages', pages, ['problems', 'all']),
  });
}
