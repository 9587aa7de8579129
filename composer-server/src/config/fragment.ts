import { type FragmentManifest, isFragmentName, parseManifest } from '@tessera/contract';
import { invalidOption, manifestInvalid } from '../errors.ts';
import type { BreakerOptions } from '../guard/breaker.ts';
import type { GuardOptions } from '../guard/guard.ts';
import { matchesPattern } from '../pattern-matcher.ts';
import type { LimitsConfig } from './limits.ts';
import { A_YEAR_MS, integer, oneOf, ratio, section, token } from './option.ts';

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

/** Checks one entry of the option `fragments`. */
export function resolveFragment(
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
    staleIfErrorMs: integer(`${path}.staleIfErrorMs`, o.staleIfErrorMs ?? 0, 0, A_YEAR_MS),
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
