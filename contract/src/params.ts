import type { Props } from './lifecycle.ts';

/** One declared param. Without `default` it is required. */
export interface ParamSpec {
  readonly type: 'string' | 'integer' | 'boolean';
  /** For strings: an ECMAScript regular expression with the `u` flag that the whole value must match. */
  readonly pattern?: string;
  readonly default?: string | number | boolean;
}

export type ParamsSpec = Readonly<Record<string, ParamSpec>>;

/** The typed value of every param, or the first reason why one has none. */
export type ParamsResult =
  | { ok: true; params: Props }
  | { ok: false; param: string; reason: string };

/** Whether a whole value matches a pattern; throws for a pattern that is none. */
export type PatternMatcher = (pattern: string, value: string) => boolean;

/** Matches as JavaScript does. A hostile pattern can take for ever: who matches another team's gives a matcher that cannot. */
export const nativeMatcher: PatternMatcher = (pattern, value) => wholePattern(pattern).test(value);

/**
 * Types raw strings by their specs: integers are optionally signed decimals within ±2^53, booleans `true` or `false`.
 * Params without a spec stay strings. An empty string counts as given for strings and as absent for the others.
 */
export function resolveParams(
  specs: ParamsSpec,
  raw: Readonly<Record<string, string | undefined>>,
  matches: PatternMatcher = nativeMatcher,
): ParamsResult {
  const params: Props = Object.create(null);
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined && !Object.hasOwn(specs, name)) params[name] = value;
  }
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    if (value === undefined || (value === '' && spec.type !== 'string')) {
      if (spec.default === undefined) return { ok: false, param: name, reason: 'is required' };
      params[name] = spec.default;
      continue;
    }
    const typed = typeParam(spec, value, matches);
    if (typed === undefined)
      return { ok: false, param: name, reason: `must be ${paramRule(spec)}` };
    params[name] = typed;
  }
  return { ok: true, params };
}

function typeParam(
  spec: ParamSpec,
  value: string,
  matches: PatternMatcher,
): string | number | boolean | undefined {
  if (spec.type === 'integer') {
    const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    return Number.isSafeInteger(number) ? number : undefined;
  }
  if (spec.type === 'boolean')
    return value === 'true' ? true : value === 'false' ? false : undefined;
  return spec.pattern === undefined || matches(spec.pattern, value) ? value : undefined;
}

/** Whether a value may be the default of a param: what its own values may be. */
export function takesDefault(
  spec: ParamSpec,
  value: unknown,
  matches: PatternMatcher = nativeMatcher,
): value is string | number | boolean {
  if (spec.type === 'integer') return Number.isSafeInteger(value);
  if (spec.type === 'boolean') return typeof value === 'boolean';
  return typeof value === 'string' && typeParam(spec, value, matches) !== undefined;
}

/** What values a param takes, in words. */
export function paramRule(spec: ParamSpec): string {
  if (spec.type === 'integer') return 'an integer';
  if (spec.type === 'boolean') return 'true or false';
  return spec.pattern === undefined ? 'text' : `text that matches ${spec.pattern}`;
}

/** The pattern anchored at both ends; throws a SyntaxError for an invalid one. */
export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}
