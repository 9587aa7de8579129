import type { CompositionError } from '@tessera/contract';
import { invalidSourceOption } from './errors.ts';

/**
 * Where a source's value comes from: a URL that answers with JSON, or a function that is called for every attempt. What it
 * returns at once is the URL to ask this time; a promise gives the value itself, or the `Response` to read JSON from.
 * `signal` aborts at the time-out and when the mashup stops: give it to `fetch`.
 */
export type SourceFrom<T> =
  | string
  | URL
  | ((signal: AbortSignal) => string | URL | Promise<T | Response>);

export interface SourceOptions<T> {
  /** Total time for one load, from its start to its last byte, all attempts included, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  /** How often a failed attempt is repeated inside `timeoutMs`; not when repeating it cannot help. Default 1. */
  readonly retries?: number;
  /** Loads again every so many milliseconds while the page is visible. Default: never. */
  readonly refreshMs?: number;
  /** Whether it loads again when the visitor comes back to the page. Default true. */
  readonly refreshOnFocus?: boolean;
  /** The higher, the earlier it is asked and published. Equals keep the order of their definition. Default 0. */
  readonly importance?: number;
  /** Makes a `T` of the JSON; when it throws, the source fails with MASHUP_SOURCE_INVALID. Default: the JSON as it is. */
  readonly parse?: (json: unknown) => T;
}

/** One place that a mashup takes data from; `source()` makes it. */
export interface Source<T> {
  readonly from: SourceFrom<unknown>;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly refreshMs: number | undefined;
  readonly refreshOnFocus: boolean;
  readonly importance: number;
  readonly parse: (json: unknown) => T;
}

/** How a source stands. */
export type Part<T> =
  /** Nothing has come yet. */
  | {
      readonly state: 'loading';
      readonly value: undefined;
      readonly error: undefined;
      readonly updatedAt: undefined;
      readonly refreshing: false;
      readonly stale: false;
    }
  /** `value` came at `updatedAt` (milliseconds since 1970); with `refreshing` a newer one is on its way. */
  | {
      readonly state: 'ready';
      readonly value: T;
      readonly error: undefined;
      readonly updatedAt: number;
      readonly refreshing: boolean;
      readonly stale: false;
    }
  /** The last load failed. `stale`: `value` and `updatedAt` are those of the last one that did not, else both are undefined. */
  | {
      readonly state: 'error';
      readonly value: T | undefined;
      readonly error: CompositionError;
      readonly updatedAt: number | undefined;
      readonly refreshing: boolean;
      readonly stale: boolean;
    };

/**
 * Defines a source of a mashup: `source<Price>('/_fragments/product/api/mug-1/price', { timeoutMs: 2000 })`.
 * Throws OPTION_INVALID for an option that cannot be.
 */
export function source<T>(from: SourceFrom<T>, options: SourceOptions<T> = {}): Source<T> {
  const { timeoutMs = 5000, retries = 1, refreshMs, refreshOnFocus = true } = options;
  // Without a parser the caller vouches for the JSON.
  const { importance = 0, parse = (json) => json as T } = options;
  if (!(timeoutMs > 0)) throw invalidSourceOption('timeoutMs', 'above 0', timeoutMs);
  if (!(Number.isInteger(retries) && retries >= 0)) {
    throw invalidSourceOption('retries', 'a whole number, 0 or more', retries);
  }
  if (!(refreshMs === undefined || refreshMs > 0)) {
    throw invalidSourceOption('refreshMs', 'above 0', refreshMs);
  }
  return { from, timeoutMs, retries, refreshMs, refreshOnFocus, importance, parse };
}
