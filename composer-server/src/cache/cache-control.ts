import { headerValue, type ResponseHeaders } from '../headers.ts';
import { parseDictionary } from './structured-field.ts';

/** The directives of a response that a shared cache obeys (RFC 9111 §5.2.2, RFC 5861), times in seconds. */
export interface CacheControl {
  readonly noStore: boolean;
  readonly mustUnderstand: boolean;
  readonly public: boolean;
  /** Without field names, or with some that could not be read. */
  readonly private: boolean;
  /** The fields of `private="a, b"`, in lower case. */
  readonly privateFields: readonly string[];
  readonly noCache: boolean;
  readonly noCacheFields: readonly string[];
  readonly mustRevalidate: boolean;
  readonly proxyRevalidate: boolean;
  /** 0 where the value is invalid (RFC 9111 §4.2.1). */
  readonly maxAge: number | undefined;
  readonly sMaxage: number | undefined;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** What a visitor asks of caches (RFC 9111 §5.2.1, RFC 5861 §4), times in seconds. */
export interface RequestDirectives {
  readonly noStore: boolean;
  readonly noCache: boolean;
  readonly onlyIfCached: boolean;
  readonly maxAge: number | undefined;
  readonly minFresh: number | undefined;
  /** Infinity for `max-stale` without a value. */
  readonly maxStale: number | undefined;
  readonly staleIfError: number;
}

/** A directive's value: text, `true` where it has none, `undefined` where it is malformed. */
type Directives = ReadonlyMap<string, string | true | undefined>;

/** RFC 9111 §1.2.2: what does not fit counts as this, about 68 years. */
const MAX_SECONDS = 2 ** 31;

/**
 * The directives that count for this response: those of `cdn-cache-control` where it is valid and not empty, which hides
 * `cache-control` and `expires` altogether (RFC 9213 §2.2), else those of `cache-control`.
 */
export function responseDirectives(headers: ResponseHeaders): {
  readonly control: CacheControl;
  readonly targeted: boolean;
} {
  const cdn = headerValue(headers, 'cdn-cache-control') ?? '';
  const own = headerValue(headers, 'cache-control') ?? '';
  const key = cdn === '' ? own : `${cdn}\n${own}`;
  const known = KNOWN.get(key);
  if (known) return known;
  const targeted = targetedDirectives(cdn);
  const directives = targeted ?? parseDirectives(own);
  const read = { control: toCacheControl(directives), targeted: targeted !== undefined };
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
  if (key.length <= MAX_KNOWN_LENGTH) KNOWN.set(key, read);
  return read;
}

/** What was read before: a service sends few different values, and each is asked for several times per answer. */
const KNOWN = new Map<string, { readonly control: CacheControl; readonly targeted: boolean }>();
const MAX_KNOWN = 1000;
const MAX_KNOWN_LENGTH = 500;

/** The directives of a request's `cache-control`. */
export function requestDirectives(cacheControl: string | undefined): RequestDirectives {
  return cacheControl === undefined ? NO_DIRECTIVES : readRequestDirectives(cacheControl);
}

function readRequestDirectives(cacheControl: string): RequestDirectives {
  const directives = parseDirectives(cacheControl);
  return {
    noStore: directives.has('no-store'),
    noCache: directives.has('no-cache'),
    onlyIfCached: directives.has('only-if-cached'),
    maxAge: seconds(directives, 'max-age'),
    minFresh: seconds(directives, 'min-fresh'),
    maxStale: directives.get('max-stale') === true ? Infinity : seconds(directives, 'max-stale'),
    staleIfError: seconds(directives, 'stale-if-error') ?? 0,
  };
}

/** For pages: a reload must not melt the services, so of a request's directives only `no-store` counts. */
export function onlyNoStore(directives: RequestDirectives): RequestDirectives {
  return directives.noStore ? ONLY_NO_STORE : NO_DIRECTIVES;
}

export const NO_DIRECTIVES: RequestDirectives = readRequestDirectives('');
const ONLY_NO_STORE: RequestDirectives = { ...NO_DIRECTIVES, noStore: true };

function toCacheControl(directives: Directives): CacheControl {
  const privateFields = fieldNames(directives.get('private'));
  const noCacheFields = fieldNames(directives.get('no-cache'));
  return {
    noStore: directives.has('no-store'),
    mustUnderstand: directives.has('must-understand'),
    public: directives.has('public'),
    private: directives.has('private') && privateFields.length === 0,
    privateFields,
    noCache: directives.has('no-cache') && noCacheFields.length === 0,
    noCacheFields,
    mustRevalidate: directives.has('must-revalidate'),
    proxyRevalidate: directives.has('proxy-revalidate'),
    maxAge: seconds(directives, 'max-age'),
    sMaxage: seconds(directives, 's-maxage'),
    staleWhileRevalidate: seconds(directives, 'stale-while-revalidate') ?? 0,
    staleIfError: seconds(directives, 'stale-if-error') ?? 0,
  };
}

/** RFC 9111 §5.2: names in any letter case, values as tokens or quoted strings; the first of several counts (§4.2.1). */
function parseDirectives(field: string | undefined): Directives {
  const directives = new Map<string, string | true | undefined>();
  for (const member of splitList(field ?? '')) {
    const name = /^[!#$%&'*+\-.^_`|~0-9a-z]+/i.exec(member)?.[0].toLowerCase();
    if (name === undefined) continue;
    const value = directiveValue(member.slice(name.length));
    // Without field names these two are stricter than with some.
    const stricter = typeof value !== 'string' && (name === 'private' || name === 'no-cache');
    if (stricter || !directives.has(name)) directives.set(name, value);
  }
  return directives;
}

function directiveValue(rest: string): string | true | undefined {
  if (rest === '') return true;
  const quoted = /^="((?:[^"\\]|\\.)*)"$/.exec(rest);
  if (quoted) return (quoted[1] ?? '').replace(/\\(.)/g, '$1');
  return /^=([^\s",]+)$/.exec(rest)?.[1];
}

/** The members of a list, commas in quoted strings left alone; from a quote that is never closed on every comma parts. */
export function splitList(field: string): string[] {
  return partsOf(field)
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

function partsOf(field: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoteAt = -1;
  for (let at = 0; at < field.length; at++) {
    const character = field[at];
    if (quoteAt >= 0) {
      if (character === '\\') at++;
      else if (character === '"') quoteAt = -1;
    } else if (character === '"') quoteAt = at;
    else if (character === ',') {
      parts.push(field.slice(start, at));
      start = at + 1;
    }
  }
  const rest = field.slice(start);
  return [...parts, ...(quoteAt < 0 ? [rest] : rest.split(','))];
}

/**
 * RFC 9213 §2.1: a structured dictionary; one that is invalid, empty, or has a value of the wrong type is ignored. Letter
 * case is forgiven: `PRIVATE` must not be taken for nothing.
 */
function targetedDirectives(field: string | undefined): Directives | undefined {
  const lower = partsOf(field ?? '')
    .map((part) => part.replace(/^[^=;"]+/, (name) => name.toLowerCase()))
    .join(',');
  const members = lower ? parseDictionary(lower) : undefined;
  if (!members || members.size === 0) return undefined;
  const directives = new Map<string, string | true>();
  for (const [name, member] of members) {
    if (SECONDS.has(name)) {
      if (member.type !== 'integer') return undefined;
      directives.set(name, String(member.value));
    } else if (member.type === 'boolean') {
      if (member.value) directives.set(name, true);
    } else directives.set(name, member.type === 'string' ? member.value : true);
  }
  return directives;
}

const SECONDS = new Set(['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error']);

/** RFC 9111 §1.2.2; what is no number is 0, so that the response counts as stale (§4.2.1). */
function seconds(directives: Directives, name: string): number | undefined {
  if (!directives.has(name)) return undefined;
  const value = directives.get(name);
  if (typeof value !== 'string' || !/^\d+$/.test(value)) return 0;
  return Math.min(Number(value), MAX_SECONDS);
}

function fieldNames(value: string | true | undefined): string[] {
  if (typeof value !== 'string') return [];
  return splitList(value.toLowerCase());
}
