import type { CompositionError } from '@tessera/contract';
import type { Hold } from './budget.ts';
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
import { type ResponseHeaders, traceHeaders } from './headers.ts';
import type { ContentRequest } from './plan.ts';
import type { Fragment } from './registry.ts';

/** A whole answer of a fragment's service, whatever its status, or why there is none. */
export type Answer =
  | {
      readonly ok: true;
      readonly url: string;
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly body: Buffer;
    }
  | { readonly ok: false; readonly error: CompositionError };

/** How to ask for content. */
export interface AskOptions {
  /** Total, in milliseconds from now. */
  readonly timeoutMs: number;
  /** Headers besides those of the request. */
  readonly conditional: readonly string[];
  readonly signal: AbortSignal;
  /** Its place on a page; undefined where no page waits for it. */
  readonly hold?: Hold | undefined;
  /** Told status and headers before the body comes. */
  readonly onHead: (status: number, headers: ResponseHeaders) => void;
}

/** Asks a fragment's service for content, whole and within the time. Never rejects. */
export async function ask(
  fragment: Fragment,
  content: ContentRequest,
  { timeoutMs, conditional, signal, hold, onHead }: AskOptions,
): Promise<Answer> {
  const { name, maxFragmentBytes, maxHeaderBytes } = fragment.options;
  const url = fragment.service.origin + content.path;
  const fail = (error: CompositionError): Answer => ({ ok: false, error });
  const outcome = await fragment.guard.fetchWhole(fragment.service, {
    method: 'GET',
    path: content.path,
    headers: [...content.headers, ...traceHeaders(content.request, timeoutMs), ...conditional],
    timeoutMs,
    maxBytes: maxFragmentBytes,
    hold,
    onHead,
    signal,
  });
  switch (outcome.kind) {
    case 'response':
      return { ...outcome, ok: true, url };
    case 'timeout':
      return fail(fragmentTimeout(name, url, content.timeoutMs));
    case 'aborted':
      return fail(visitorLeft(name));
    case 'too-large':
      return fail(fragmentTooLarge(name, url, maxFragmentBytes));
    case 'headers-too-large':
      return fail(fragmentHeadersTooLarge(name, url, maxHeaderBytes));
    case 'evicted':
      return fail(pageTooLarge(name));
    case 'unreachable':
      return fail(fragmentUnreachable(name, url, outcome.cause));
    case 'open':
      return fail(fragmentResting(name));
    case 'full':
      return fail(fragmentQueueFull(name));
    case 'reset':
    case 'broken':
      return fail(fragmentBroken(name, url, outcome.cause.message, outcome.cause));
  }
}

/** The answer's body as text in UTF-8, within the fragment's limit of decoded bytes. */
export function readBody(
  { options: { name, maxFragmentBytes } }: Fragment,
  { headers, body, url }: Extract<Answer, { ok: true }>,
): { ok: true; bytes: Buffer } | { ok: false; error: CompositionError } {
  const decoded = decodeBody(headers, body, maxFragmentBytes);
  if (decoded.ok) return decoded;
  const tooLarge = decoded.reason === 'too-large';
  return {
    ok: false,
    error: tooLarge
      ? fragmentTooLarge(name, url, maxFragmentBytes)
      : fragmentCoding(name, url, decoded.coding),
  };
}
