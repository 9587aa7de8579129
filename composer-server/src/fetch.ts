import { CompositionError, type FragmentAsset, RESPONSE_HEADERS } from '@tessera/contract';
import {
  type Answer,
  type ContentRequest,
  readBody,
  serviceRequest,
  urlOf,
  whyFailed,
} from './ask.ts';
import type { Hold } from './budget.ts';
import { responseDirectives } from './cache/cache-control.ts';
import type { Entry, StoredAnswer } from './cache/entry.ts';
import type { FragmentCache } from './cache/fragment-cache.ts';
import type { CacheResult, Load, Loaded, LoadRequest } from './cache/lookup.ts';
import { type Contained, contain } from './contain/contain.ts';
import type { ScriptPlace } from './contain/script-places.ts';
import { contentType } from './decode.ts';
import {
  fragmentNotContainable,
  fragmentNotHtml,
  fragmentStatus,
  fragmentTimeout,
  pageTooLarge,
  slotShed,
  visitorLeft,
} from './errors.ts';
import type { GuardedOutcome } from './guard/guard.ts';
import type { HeadElement } from './head.ts';
import { headerValue, type ResponseHeaders } from './headers.ts';
import { linkedAssets } from './link.ts';
import type { Fragment } from './registry.ts';
import type { StreamResponse } from './upstream/service.ts';

/** The cache that all of a composer's answers go through. Streams pass it by. */
export type Cache = FragmentCache<CompositionError, StreamResponse>;

/** What the cache or a fragment's service answered. */
export type Fetched = CacheResult<CompositionError, StreamResponse>;

/** What a slot gets. */
export type SlotResult =
  | {
      readonly kind: 'content';
      readonly status: number;
      readonly headers: ResponseHeaders;
      /** The version of the fragment that made it. */
      readonly version: string | undefined;
      readonly html: Buffer;
      /** The very same buffer comes with other answers too. */
      readonly kept: boolean;
      readonly head: readonly HeadElement[];
      /** Stylesheets and preloads from its `link` header, with URLs as the browser asks for them. */
      readonly links: readonly FragmentAsset[];
      /** Scripts in its HTML that a browser would run if it were allowed to. */
      readonly scripts: readonly ScriptPlace[];
      /** What had to be done to its HTML to keep it in its slot. */
      readonly repairs: readonly string[];
      /** Where it comes from; `stale`: past its freshness, while it is revalidated or because its service failed. */
      readonly source: 'origin' | 'cache' | 'stale';
      /** As `cache-status` says it (RFC 9211). */
      readonly cacheStatus: string;
      /** What is stored of it; undefined for what nobody else may get. */
      readonly entry: Entry | undefined;
      readonly ageSeconds: number | undefined;
      /** Why its service could not be had, where a stored copy stands in for it. */
      readonly failure: CompositionError | undefined;
    }
  /** A 3xx, or a 4xx without HTML: only a primary can use it. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly error: CompositionError;
    }
  /** The manifest's fallback where there is one, else the slot's own markup. */
  | {
      readonly kind: 'fallback';
      readonly html: Buffer | undefined;
      readonly error: CompositionError;
    };

/**
 * What a slot gets: at once from the cache, else from the fragment's service. Never rejects: what goes wrong is a fallback
 * with its error. With `acceptErrors`, as for a primary, redirects and 4xx are results of their own; else they are failures.
 * `hold` is its place on a page; without room there it is a failure too. With `shed` nobody waits for its service.
 */
export function fetchContent(
  cache: Cache,
  fragment: Fragment,
  content: ContentRequest,
  signal: AbortSignal,
  { acceptErrors, hold, shed }: { acceptErrors: boolean; hold: Hold; shed: boolean },
): SlotResult | Promise<SlotResult> {
  const settle = (fetched: Fetched): SlotResult => {
    const result = toResult(fragment, content, fetched, acceptErrors);
    const fits = hold.resize(result.kind === 'content' ? result.html.length : 0);
    hold.keep();
    return fits ? result : fallBack(fragment, pageTooLarge(fragment.options.name));
  };
  const fetched = fetchAnswer(cache, fragment, content, signal, { hold, shed });
  return fetched instanceof Promise ? fetched.then(settle) : settle(fetched);
}

/** The end of the fallback chain: what the manifest named, kept warm, else the slot's own markup. */
export function fallBack(fragment: Fragment, error: CompositionError): SlotResult {
  return { kind: 'fallback', html: fragment.fallback, error };
}

/** What an answer is good for, whoever asked: an error for what nobody may get. A 304 comes only where it was asked for. */
export type Judge = (
  fragment: Fragment,
  content: ContentRequest,
  answer: Answer,
) => CompositionError | StoredAnswer;

export interface FetchOptions {
  /** In which form it is kept. */
  readonly form?: string;
  readonly judge?: Judge;
  readonly hold?: Hold;
  /** What is not stored is a failure. */
  readonly shed?: boolean;
}

/** Content in a form of its own, from the cache or its service, with the status that it came with. */
export function fetchAnswer(
  cache: Cache,
  fragment: Fragment,
  content: ContentRequest,
  signal: AbortSignal,
  { form = 'html', judge = judgeHtml, hold, shed = false }: FetchOptions = {},
): Fetched | Promise<Fetched> {
  return cache.get(
    {
      fragment: fragment.options.name,
      form,
      method: 'GET',
      url: urlOf(fragment, content),
      headers: content.keyHeaders,
      directives: content.directives,
      timeoutMs: content.timeoutMs,
      signal,
      staleIfErrorMs: fragment.options.staleIfErrorMs,
    },
    loadContent(fragment, content, judge, hold, shed),
  );
}

/** Asks the service and judges its answer: once for all who get it. */
function loadContent(
  fragment: Fragment,
  content: ContentRequest,
  judge: Judge,
  hold: Hold | undefined,
  shed: boolean,
): Load<CompositionError, StreamResponse> {
  return (request) => {
    if (shed && !request.background) {
      const failure = slotShed(fragment.options.name);
      return Promise.resolve({ kind: 'failure', failure, timedOut: false });
    }
    // A page that has what it needs holds no place for what is fetched in the background.
    const place = hold?.coming ? hold : undefined;
    const asked = serviceRequest(fragment, content, request, place);
    return fragment.guard
      .fetchWhole(fragment.service, asked, content.timeoutMs)
      .then((outcome) => toLoaded(fragment, content, request, judge, outcome));
  };
}

function toLoaded(
  fragment: Fragment,
  content: ContentRequest,
  { conditional }: LoadRequest,
  judge: Judge,
  outcome: GuardedOutcome,
): Loaded<CompositionError, StreamResponse> {
  const judged =
    outcome.kind === 'response' ? judgeStatus(outcome) : whyFailed(fragment, content, outcome);
  if (!(judged instanceof CompositionError)) return { kind: 'answer', answer: judged };
  const othersMayTry = ['FRAGMENT_TIMEOUT', 'PAGE_TOO_LARGE'].includes(judged.code);
  return { kind: 'failure', failure: judged, timedOut: othersMayTry };

  function judgeStatus(whole: Answer): CompositionError | StoredAnswer {
    const { status } = whole;
    if (status === 304 && conditional.length > 0) return plain(fragment, content, whole);
    if (status < 200 || status === 206 || status === 304 || status >= 500)
      return fragmentStatus(fragment.options.name, urlOf(fragment, content), status);
    return judge(fragment, content, whole);
  }
}

/** An answer that is kept as it came: its body, if that is given, and what its headers say. */
export function plain(
  fragment: Fragment,
  content: ContentRequest,
  { status, headers }: Answer,
  body: Buffer = NO_BYTES,
): StoredAnswer {
  return {
    status,
    headers,
    body,
    head: NONE,
    repairs: NONE,
    scripts: NONE,
    links: linksOf(fragment, content, headers),
    version: versionOf(fragment, headers),
  };
}

const NO_BYTES = Buffer.alloc(0);
const NONE: readonly never[] = [];

function linksOf(fragment: Fragment, content: ContentRequest, headers: ResponseHeaders) {
  if (headers.link === undefined) return NONE;
  return linkedAssets(headers, { ...fragment.options, requestUrl: urlOf(fragment, content) });
}

function versionOf({ manifest }: Fragment, headers: ResponseHeaders): string | undefined {
  return headerValue(headers, RESPONSE_HEADERS.version) ?? manifest?.version;
}

function judgeHtml(
  fragment: Fragment,
  content: ContentRequest,
  answer: Answer,
): CompositionError | StoredAnswer {
  const { name } = fragment.options;
  const { status, headers } = answer;
  const { type } = contentType(headers);
  const isHtml = type === 'text/html';
  if (status === 204 || (status >= 300 && (status < 400 || !isHtml)))
    return plain(fragment, content, answer);
  if (!isHtml) return fragmentNotHtml(name, urlOf(fragment, content), type);
  const recurring = isSecret(content, headers) ? undefined : fragment.recurring;
  const known = recurring?.find(urlOf(fragment, content), answer);
  const contained = known ?? readHtml(fragment, content, answer);
  if (contained instanceof CompositionError) return contained;
  if (!known) recurring?.note(urlOf(fragment, content), answer, contained);
  const { html: body, head, repairs, scripts } = contained;
  return {
    status,
    headers,
    body,
    head,
    repairs,
    scripts,
    links: linksOf(fragment, content, headers),
    version: versionOf(fragment, headers),
    recurs: known !== undefined,
  };
}

/** Whether nothing of it may be remembered: it was asked for in a visitor's name, or somebody says so (RFC 9111 §5.2). */
function isSecret(content: ContentRequest, headers: ResponseHeaders): boolean {
  if (content.personal || content.directives.noStore) return true;
  return responseDirectives(headers).control.noStore;
}

function readHtml(
  fragment: Fragment,
  content: ContentRequest,
  answer: Answer,
): Contained | CompositionError {
  const read = readBody(fragment, content, answer);
  if (read instanceof CompositionError) return read;
  const contained = contain(read);
  if (typeof contained !== 'string') return contained;
  return fragmentNotContainable(fragment.options.name, urlOf(fragment, content), contained);
}

function toResult(
  fragment: Fragment,
  content: ContentRequest,
  fetched: Fetched,
  acceptErrors: boolean,
): SlotResult {
  if (fetched.kind !== 'answer') return fallBack(fragment, failureOf(fragment, content, fetched));
  const { answer, source, status: cacheStatus, entry, ageSeconds, failure } = fetched;
  const { status, headers, version, body: html, head, links, repairs, scripts = NONE } = answer;
  const kept = answer.recurs === true || entry?.answer.body === html;
  if (status >= 300) {
    const error = fragmentStatus(fragment.options.name, urlOf(fragment, content), status);
    if (!acceptErrors) return fallBack(fragment, error);
    if (status < 400 || contentType(headers).type !== 'text/html')
      return { kind: 'answer', status, headers, error };
  }
  return {
    kind: 'content',
    status: status === 204 ? 200 : status,
    headers,
    version,
    html,
    kept,
    head,
    links,
    repairs,
    scripts,
    source,
    cacheStatus,
    entry,
    ageSeconds,
    failure,
  };
}

/** Why there is no answer. */
export function failureOf(
  fragment: Fragment,
  content: ContentRequest,
  fetched: Exclude<Fetched, { kind: 'answer' }>,
): CompositionError {
  const { name } = fragment.options;
  if (fetched.kind === 'failure') return fetched.failure;
  if (fetched.kind === 'aborted') return visitorLeft(name);
  return fragmentTimeout(name, urlOf(fragment, content), content.timeoutMs);
}

/** The `state` of a slot that has this result. */
export function slotState(result: SlotResult): 'ready' | 'stale' | 'fallback' | 'error' {
  if (result.kind === 'content') return result.source === 'stale' ? 'stale' : 'ready';
  return result.kind === 'fallback' && result.html ? 'fallback' : 'error';
}

/** Not the fragment's service failed: it was not asked. */
const REFUSED = ['FRAGMENT_RESTING', 'FRAGMENT_QUEUE_FULL'];

/** The status of a page or passthrough that cannot do without it: 504 for what ran out of time, 503 for what was not asked for, else 502. */
export function failureStatus(error: CompositionError): 502 | 503 | 504 {
  if (error.code === 'FRAGMENT_TIMEOUT') return 504;
  return REFUSED.includes(error.code) ? 503 : 502;
}

/** Headers that go with such a failure: with a 503 when to come again. */
export function failureHeaders({ guard }: Fragment, error: CompositionError): string[] {
  if (failureStatus(error) !== 503) return [];
  const seconds = Math.ceil((guard.breaker?.openForMs ?? 0) / 1000);
  return ['retry-after', String(Math.max(1, seconds))];
}
