import type { ResponseHeaders } from '../headers.ts';
import type { RequestDirectives } from './cache-control.ts';
import type { Entry, StoredAnswer } from './entry.ts';
import { flightKey, type RequestHeaders } from './key.ts';

/** One question to the cache. */
export interface Lookup {
  readonly fragment: string;
  /** In which form the answer is kept; different forms of one URL do not meet. */
  readonly form: string;
  readonly method: string;
  /** Absolute, at the fragment's service, normalised. */
  readonly url: string;
  /** Everything that goes up and may change the answer, see `keyHeaders`. */
  readonly headers: RequestHeaders;
  /** `onlyNoStore(…)` for a page, all of them for a passthrough. */
  readonly directives: RequestDirectives;
  /** Total that this asker waits, in milliseconds from now. */
  readonly timeoutMs: number;
  /** Aborts when this asker leaves. */
  readonly signal: AbortSignal;
  /** The fragment's own window for failures, in milliseconds; 0 for none. */
  readonly staleIfErrorMs: number;
}

/** What the cache wants to be fetched. */
export interface LoadRequest {
  /** To be sent besides what goes up; with it a 304 is a possible answer. Empty where nothing is stored. */
  readonly conditional: RequestHeaders;
  /** What is left of the asker's time, in milliseconds: fetching must end within it. */
  readonly timeoutMs: number;
  /** Aborts when nobody wants the answer any more. Not the asker's: others may wait too. */
  readonly signal: AbortSignal;
  /**
   * To be called once status and headers are there, before the body: those who cannot share the answer need not wait for
   * it. Returns whether the cache will store it, so that it has to be read whole. Optional.
   */
  readonly onHead: (status: number, headers: ResponseHeaders) => { readonly store: boolean };
  /** Nobody waits: what cannot be kept is of no use. */
  readonly background: boolean;
}

/** What came of fetching. Never an exception: that would be a bug. */
export type Loaded<Failure, Passed> =
  | { readonly kind: 'answer'; readonly answer: StoredAnswer }
  /** `timedOut`: those who have time left may try again. */
  | { readonly kind: 'failure'; readonly failure: Failure; readonly timedOut: boolean }
  /** Something that cannot be kept, such as a stream, for the first asker alone. */
  | { readonly kind: 'passed'; readonly passed: Passed };

export type Load<Failure, Passed> = (request: LoadRequest) => Promise<Loaded<Failure, Passed>>;

/** What an asker gets. `status` is a value for `cache-status`. */
export type CacheResult<Failure, Passed> =
  | {
      readonly kind: 'answer';
      readonly source: 'origin' | 'cache' | 'stale';
      readonly answer: StoredAnswer;
      /** For the `age` header; undefined for an answer that was made for this asker. */
      readonly ageSeconds: number | undefined;
      /** How long it is fresh yet and may be served stale while it is revalidated; undefined when it is not stored. */
      readonly entry: Entry | undefined;
      /** Why the service's answer is not used. */
      readonly failure: Failure | undefined;
      readonly status: string;
    }
  | { readonly kind: 'passed'; readonly passed: Passed; readonly status: string }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly status: string }
  /** This asker's time was over, it left, or it wanted a stored answer only (504, RFC 9111 §5.2.1.7). */
  | { readonly kind: 'timeout' | 'aborted' | 'only-if-cached'; readonly status: string };

/** Requests that may share an answer on its way; those that insist on the service do not share what is merely stored. */
export function joinKey(lookup: Lookup): string {
  const { noCache, maxAge, minFresh } = lookup.directives;
  const insists = noCache || maxAge !== undefined || minFresh !== undefined;
  return `${insists ? '!' : ''}${flightKey(lookup, lookup.headers)}`;
}
