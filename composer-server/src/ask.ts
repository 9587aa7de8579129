import type { CompositionError } from '@tessera/contract';
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
import { pushTrace } from './headers.ts';
import type { Hold } from './page/budget.ts';
import type { ContentRequest } from './page/plan.ts';
import type { Fragment } from './registry.ts';
import type { WholeRequest } from './upstream/whole-answer.ts';

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
  const headers = content.headers.slice();
  pushTrace(headers, content.request, timeoutMs);
  headers.push(...conditional);
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
