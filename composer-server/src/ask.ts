import type { CompositionError } from '@tessera/contract';
import type { Hold } from './budget.ts';
import type { RequestDirectives } from './cache/cache-control.ts';
import type { LoadRequest } from './cache/lookup.ts';
import { decodeBody } from './decode.ts';
import {
  fragmentBroken,
  fragmentCoding,
  fragmentHeadersTooLarge,
  fragmentQueueFull,
  fragmentResting,
  fragmentTimeout,
  fragmentTooLarge,
  fragmentUnreachable,
  pageTooLarge,
  visitorLeft,
} from './errors.ts';
import type { GuardedOutcome } from './guard/guard.ts';
import { traceHeaders } from './headers.ts';
import type { PageRequest } from './page.ts';
import type { Fragment } from './registry.ts';
import type { WholeRequest } from './upstream/whole-answer.ts';

/** One request for a fragment's content, decided before any I/O. */
export interface ContentRequest {
  /** Path and query at its service. */
  readonly path: string;
  /** The same below the fragment's base, as the browser can ask for it. */
  readonly html: string;
  /** Total, in milliseconds from now. */
  readonly timeoutMs: number;
  /** Flat list of what goes up besides the request's own trace, see `traceHeaders`. */
  readonly headers: readonly string[];
  /** Of those the ones by which an answer may differ. */
  readonly keyHeaders: readonly string[];
  /** The visitor's cookie or authorization goes up with it. */
  readonly personal: boolean;
  readonly request: PageRequest;
  /** What the visitor asks of the cache. */
  readonly directives: RequestDirectives;
}

/** A whole answer of a fragment's service, whatever its status. */
export type Answer = Extract<GuardedOutcome, { kind: 'response' }>;

/** Where the service is asked for content. */
export function urlOf({ service }: Fragment, { path }: ContentRequest): string {
  return service.origin + path;
}

/** The request for content, as it goes up. `hold` is its place on a page, undefined where no page waits for it. */
export function serviceRequest(
  { options }: Fragment,
  content: ContentRequest,
  { timeoutMs, conditional, signal, onHead }: LoadRequest,
  hold: Hold | undefined,
): WholeRequest {
  const headers = content.headers.concat(traceHeaders(content.request, timeoutMs), conditional);
  const { maxFragmentBytes: maxBytes } = options;
  const { path } = content;
  return { method: 'GET', path, headers, timeoutMs, maxBytes, hold, onHead, signal };
}

/** Why there is no answer. */
export function whyFailed(
  fragment: Fragment,
  content: ContentRequest,
  outcome: Exclude<GuardedOutcome, Answer>,
): CompositionError {
  const { name, maxFragmentBytes, maxHeaderBytes } = fragment.options;
  const url = urlOf(fragment, content);
  switch (outcome.kind) {
    case 'timeout':
      return fragmentTimeout(name, url, content.timeoutMs);
    case 'aborted':
      return visitorLeft(name);
    case 'too-large':
      return fragmentTooLarge(name, url, maxFragmentBytes);
    case 'headers-too-large':
      return fragmentHeadersTooLarge(name, url, maxHeaderBytes);
    case 'evicted':
      return pageTooLarge(name);
    case 'unreachable':
      return fragmentUnreachable(name, url, outcome.cause);
    case 'open':
      return fragmentResting(name);
    case 'full':
      return fragmentQueueFull(name);
    case 'reset':
    case 'broken':
      return fragmentBroken(name, url, outcome.cause.message, outcome.cause);
  }
}

/** The answer's body as text in UTF-8, within the fragment's limit of decoded bytes. */
export function readBody(
  fragment: Fragment,
  content: ContentRequest,
  { headers, body }: Answer,
): Buffer | CompositionError {
  const { name, maxFragmentBytes } = fragment.options;
  const decoded = decodeBody(headers, body, maxFragmentBytes);
  if (decoded.ok) return decoded.bytes;
  const url = urlOf(fragment, content);
  return decoded.reason === 'too-large'
    ? fragmentTooLarge(name, url, maxFragmentBytes)
    : fragmentCoding(name, url, decoded.coding);
}
