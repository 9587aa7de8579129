import type { Props } from './lifecycle.ts';

/** One segment of a path: fixed text, `:name` for one segment, or `*name` for one or more, at the end only. */
export type PatternSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'rest'; readonly name: string };

/** A compiled path pattern such as `products/:sku` or `api/*rest`, with an optional query such as `?page=:page`. */
export interface PathPattern {
  readonly source: string;
  readonly segments: readonly PatternSegment[];
  /** Query pairs; a value that is a `:name` is left out when the param has no value. */
  readonly query: readonly { readonly key: string; readonly value: PatternSegment }[];
  /** The names of all params, in order. */
  readonly names: readonly string[];
}

/** Reads a pattern; the leading `/` is optional and does not count. Answers a reason as a string when it is not one. */
export function parsePathPattern(source: string): PathPattern | string {
  const [path = '', ...queries] = source.split('?');
  if (queries.length > 1) return 'has more than one "?"';
  const segments: PatternSegment[] = [];
  const texts = path.replace(/^\//, '').split('/');
  for (const [index, text] of texts.entries()) {
    const segment = parseSegment(text);
    if (typeof segment === 'string') return segment;
    if (segment.kind === 'rest' && index < texts.length - 1) return `has "${text}" before its end`;
    if (text === '' && index > 0 && index < texts.length - 1) return 'has an empty segment';
    segments.push(segment);
  }
  const query: { key: string; value: PatternSegment }[] = [];
  for (const pair of queries[0]?.split('&') ?? []) {
    const [key = '', value = ''] = pair.split('=');
    const segment = parseSegment(value);
    if (typeof segment === 'string') return segment;
    if (key === '' || segment.kind === 'rest') return `has "${pair}" in its query`;
    query.push({ key, value: segment });
  }
  const names = [...segments, ...query.map((pair) => pair.value)].flatMap((s) =>
    s.kind === 'literal' ? [] : [s.name],
  );
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) return `names "${twice}" twice`;
  return { source, segments, query, names };
}

function parseSegment(text: string): PatternSegment | string {
  const marked = /^([:*])([A-Za-z_][A-Za-z0-9_-]*)?$/.exec(text);
  if (marked) {
    const name = marked[2] ?? '';
    if (marked[1] === '*') return { kind: 'rest', name: name || 'rest' };
    return name ? { kind: 'param', name } : 'has a ":" without a name';
  }
  if (/[:*{}\\#\s]/.test(text))
    return `has "${text}", but a param is a whole segment, ":name" or "*name"`;
  if (/\p{Cc}/u.test(text)) return `has a control character in ${JSON.stringify(text)}`;
  if (decodeSegment(text) === undefined) return `has "${text}", whose percent-encoding is broken`;
  if (isDotSegment(text)) return `has the dot segment "${text}"`;
  return { kind: 'literal', text };
}

/** Whether a URL parser would take the (decoded or encoded) segment for `.` or `..`. */
export function isDotSegment(segment: string): boolean {
  return /^(\.|%2e){1,2}$/i.test(segment);
}

/**
 * The decoded params when `path` (encoded, without query) fits the pattern, else undefined.
 * A `rest` param keeps its segments encoded, joined by `/`: only so can it be taken apart again.
 */
export function matchPath(pattern: PathPattern, path: string): Record<string, string> | undefined {
  const texts = path.replace(/^\//, '').split('/');
  const params: Record<string, string> = Object.create(null);
  for (const [index, segment] of pattern.segments.entries()) {
    const text = texts[index];
    if (text === undefined) return undefined;
    if (segment.kind === 'rest') {
      const rest = texts.slice(index).join('/');
      if (rest === '') return undefined;
      params[segment.name] = rest;
      return params;
    }
    if (segment.kind === 'literal') {
      if (text !== segment.text && decodeSegment(text) !== segment.text) return undefined;
      continue;
    }
    const value = decodeSegment(text);
    if (!value) return undefined;
    params[segment.name] = value;
  }
  return texts.length === pattern.segments.length ? params : undefined;
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The pattern's path and query with every param encoded into its place, or why a param does not fit there. */
export function expandPath(
  pattern: PathPattern,
  params: Readonly<Props>,
): { ok: true; path: string } | { ok: false; param: string; reason: string } {
  const parts: string[] = [];
  for (const segment of pattern.segments) {
    if (segment.kind === 'literal') {
      parts.push(segment.text);
      continue;
    }
    const value = params[segment.name];
    if (value === undefined || value === '')
      return { ok: false, param: segment.name, reason: 'is required' };
    const values =
      segment.kind === 'rest' ? String(value).split('/').map(decodeSegment) : [String(value)];
    const encoded = values.map(encodeSegment);
    if (encoded.includes(undefined))
      return { ok: false, param: segment.name, reason: 'is no path segment' };
    parts.push(encoded.join('/'));
  }
  const pairs: string[] = [];
  for (const { key, value } of pattern.query) {
    const raw = value.kind === 'literal' ? value.text : params[value.name];
    if (raw === undefined) continue;
    const encoded = value.kind === 'literal' ? String(raw) : encodeText(String(raw));
    if (encoded === undefined) return { ok: false, param: key, reason: 'is no text' };
    pairs.push(`${key}=${encoded}`);
  }
  return { ok: true, path: parts.join('/') + (pairs.length ? `?${pairs.join('&')}` : '') };
}

function encodeSegment(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || isDotSegment(value) || /[\\/\0\r\n]/.test(value))
    return undefined;
  return encodeText(value);
}

function encodeText(value: string): string | undefined {
  return value.isWellFormed() ? encodeURIComponent(value) : undefined;
}
