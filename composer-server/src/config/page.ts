import { type PathPattern, parsePathPattern } from '@tessera/contract';
import { invalidOption } from '../errors.ts';
import { readTarget } from '../target.ts';
import { boolean, entries, integer, section, text } from './option.ts';

/** A page: its template, or the template with more. */
export interface PageConfig {
  /** File below `templates`. */
  template: string;
  /** File below `templates` whose `<slot>`s take this page's elements. Default: none. */
  layout?: string;
  /** Most time for the whole page, in milliseconds. Default 5000. */
  deadlineMs?: number;
  /**
   * Whether browsers may render it ahead, widgets and all, when a link to it is hovered: only for a page that may run
   * without ever being seen. Default false: its HTML may be fetched ahead.
   */
  prerender?: boolean;
}

/** One part of a data page: JSON that a fragment's service answers. */
export interface DataPartConfig {
  /** The fragment's name. */
  fragment: string;
  /** Path below its base; params are the route's, as its manifest declares them. */
  path: string;
  /** Total, in milliseconds. Default: the manifest's `timeoutMs`. */
  timeoutMs?: number;
  /** Whether the page fails without it. Default false: the part is `null`. */
  required?: boolean;
}

/** A page of JSON, composed of parts. */
export interface DataPageConfig {
  /** Key in the answer → its part. */
  data: Readonly<Record<string, DataPartConfig>>;
  /** Most time for the whole page, in milliseconds. Default 5000. */
  deadlineMs?: number;
}

export interface PageOptions {
  readonly pattern: PathPattern;
  readonly template: string;
  readonly layout: string | undefined;
  readonly deadlineMs: number;
  readonly prerender: boolean;
}

export interface DataPartOptions {
  readonly key: string;
  readonly fragment: string;
  readonly path: PathPattern;
  readonly timeoutMs: number | undefined;
  readonly required: boolean;
}

export interface DataPageOptions {
  readonly pattern: PathPattern;
  readonly parts: readonly DataPartOptions[];
  readonly deadlineMs: number;
}

/** Checks one entry of the option `pages`; `fragments` are the names that are configured. */
export function resolvePage(
  key: string,
  page: unknown,
  fragments: readonly string[],
): PageOptions | DataPageOptions {
  const path = `pages["${key}"]`;
  const pattern = key.startsWith('/') ? parsePathPattern(key) : 'does not begin with "/"';
  if (typeof pattern === 'string')
    throw invalidOption(path, `a route pattern such as "/products/:sku" (it ${pattern})`, key);
  if (!readTarget(key))
    throw invalidOption(path, 'a path that a request can have, without encoded slashes', key);
  if (pattern.query.length) throw invalidOption(path, 'a route pattern without a query', key);
  if (key.startsWith('/_tessera/') || key.startsWith('/_fragments/')) {
    throw invalidOption(
      path,
      "outside /_tessera/ and /_fragments/, which are the composer's own",
      key,
    );
  }
  if (typeof page === 'string')
    return {
      pattern,
      template: text(path, page),
      layout: undefined,
      deadlineMs: 5000,
      prerender: false,
    };
  const isData = typeof page === 'object' && page !== null && 'data' in page;
  const o = section(path, page, [
    ...(isData ? ['data'] : ['template', 'layout', 'prerender']),
    'deadlineMs',
  ]);
  const deadlineMs = integer(`${path}.deadlineMs`, o.deadlineMs ?? 5000, 1, 600_000);
  if (isData) {
    const given = entries(`${path}.data`, o.data);
    if (given.length === 0) throw invalidOption(`${path}.data`, 'at least one part', {});
    const parts = given.map(([part, value]) =>
      resolveDataPart(`${path}.data.${part}`, part, value, pattern, fragments),
    );
    return { pattern, parts, deadlineMs };
  }
  return {
    pattern,
    template: text(`${path}.template`, o.template),
    layout: o.layout === undefined ? undefined : text(`${path}.layout`, o.layout),
    deadlineMs,
    prerender: boolean(`${path}.prerender`, o.prerender ?? false),
  };
}

function resolveDataPart(
  path: string,
  key: string,
  part: unknown,
  route: PathPattern,
  fragments: readonly string[],
): DataPartOptions {
  const o = section(path, part, ['fragment', 'path', 'timeoutMs', 'required']);
  const fragment = text(`${path}.fragment`, o.fragment);
  if (!fragments.includes(fragment)) {
    throw invalidOption(`${path}.fragment`, `one of ${fragments.join(', ')}`, fragment);
  }
  const source = text(`${path}.path`, o.path);
  const pattern = source.startsWith('/') ? 'begins with "/"' : parsePathPattern(source);
  if (typeof pattern === 'string') {
    throw invalidOption(`${path}.path`, `a path below the fragment's base (it ${pattern})`, source);
  }
  const missing = pattern.names.find((name) => !route.names.includes(name));
  if (missing !== undefined) {
    throw invalidOption(
      `${path}.path`,
      `of params that the route has (it has no ":${missing}")`,
      source,
    );
  }
  const required = boolean(`${path}.required`, o.required ?? false);
  const timeoutMs =
    o.timeoutMs === undefined ? undefined : integer(`${path}.timeoutMs`, o.timeoutMs, 1, 600_000);
  return { key, fragment, path: pattern, timeoutMs, required };
}
