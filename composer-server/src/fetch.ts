import type { CompositionError } from '@tessera/contract';
import { contain } from './contain.ts';
import { contentType, decodeHtml } from './decode.ts';
import {
  fragmentBroken,
  fragmentCoding,
  fragmentNotContainable,
  fragmentNotHtml,
  fragmentStatus,
  fragmentTimeout,
  fragmentTooLarge,
  fragmentUnreachable,
  visitorLeft,
} from './errors.ts';
import type { HeadElement } from './head.ts';
import type { ResponseHeaders } from './headers.ts';
import type { ContentRequest } from './plan.ts';
import type { Fragment } from './registry.ts';
import type { UpstreamOutcome } from './upstream.ts';

/** What a slot gets. */
export type SlotResult =
  | {
      readonly kind: 'content';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly html: Buffer;
      readonly head: readonly HeadElement[];
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
 * Asks the fragment's service and judges its answer. Never rejects: what goes wrong is a fallback with its error. With
 * `acceptErrors`, as for a primary, redirects and 4xx are results of their own; else they are failures.
 */
export async function fetchContent(
  fragment: Fragment,
  content: ContentRequest,
  signal: AbortSignal,
  { acceptErrors }: { acceptErrors: boolean },
): Promise<SlotResult> {
  const outcome = await fragment.service.fetchWhole({
    method: 'GET',
    path: content.path,
    headers: content.headers,
    timeoutMs: content.timeoutMs,
    maxBytes: fragment.options.maxFragmentBytes,
    signal,
  });
  return judge(fragment, content, outcome, acceptErrors);
}

/** The end of the fallback chain: what the manifest named, kept warm, else the slot's own markup. */
export function fallBack(fragment: Fragment, error: CompositionError): SlotResult {
  return { kind: 'fallback', html: fragment.fallback, error };
}

function judge(
  fragment: Fragment,
  content: ContentRequest,
  outcome: UpstreamOutcome,
  acceptErrors: boolean,
): SlotResult {
  const { name, maxFragmentBytes } = fragment.options;
  const url = fragment.service.origin + content.path;
  const fail = (error: CompositionError) => fallBack(fragment, error);
  switch (outcome.kind) {
    case 'timeout':
      return fail(fragmentTimeout(name, url, content.timeoutMs));
    case 'aborted':
      return fail(visitorLeft(name));
    case 'too-large':
      return fail(fragmentTooLarge(name, url, maxFragmentBytes));
    case 'unreachable':
      return fail(fragmentUnreachable(name, url, outcome.cause));
    case 'reset':
    case 'broken':
      return fail(fragmentBroken(name, url, outcome.cause.message, outcome.cause));
  }
  const { status, headers } = outcome;
  if (status === 204)
    return { kind: 'content', status: 200, headers, html: Buffer.alloc(0), head: [] };
  if (status < 200 || status === 206 || status === 304 || status >= 500)
    return fail(fragmentStatus(name, url, status));
  const { type } = contentType(headers);
  const isHtml = type === 'text/html';
  if (status >= 300 && !acceptErrors) return fail(fragmentStatus(name, url, status));
  if (status >= 300 && status < 400)
    return { kind: 'answer', status, headers, error: fragmentStatus(name, url, status) };
  if (!isHtml && status >= 400)
    return { kind: 'answer', status, headers, error: fragmentStatus(name, url, status) };
  if (!isHtml) return fail(fragmentNotHtml(name, url, type));
  const decoded = decodeHtml(headers, outcome.body, maxFragmentBytes);
  if (!decoded.ok && decoded.reason === 'too-large')
    return fail(fragmentTooLarge(name, url, maxFragmentBytes));
  if (!decoded.ok) return fail(fragmentCoding(name, url, decoded.coding));
  const contained = contain(decoded.text);
  if (typeof contained === 'string') return fail(fragmentNotContainable(name, url, contained));
  return {
    kind: 'content',
    status,
    headers,
    html: Buffer.from(contained.html),
    head: contained.head,
  };
}

/** The status of a page or passthrough that cannot do without it: 504 for what ran out of time, else 502. */
export function failureStatus(error: CompositionError): 502 | 504 {
  return error.code === 'FRAGMENT_TIMEOUT' ? 504 : 502;
}
