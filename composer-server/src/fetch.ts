import type { CompositionError, FragmentAsset } from '@tessera/contract';
import { type Answer, ask, readBody } from './ask.ts';
import type { Hold } from './budget.ts';
import { contain } from './contain/contain.ts';
import type { Repair } from './contain/repair.ts';
import { contentType } from './decode.ts';
import { fragmentNotContainable, fragmentNotHtml, fragmentStatus, pageTooLarge } from './errors.ts';
import type { HeadElement } from './head.ts';
import type { ResponseHeaders } from './headers.ts';
import { linkedAssets } from './link.ts';
import type { ContentRequest } from './plan.ts';
import type { Fragment } from './registry.ts';

/** What a slot gets. */
export type SlotResult =
  | {
      readonly kind: 'content';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly html: Buffer;
      readonly head: readonly HeadElement[];
      /** Stylesheets and preloads from its `link` header, with URLs as the browser asks for them. */
      readonly links: readonly FragmentAsset[];
      /** What had to be done to its HTML to keep it in its slot. */
      readonly repairs: readonly Repair[];
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
 * `acceptErrors`, as for a primary, redirects and 4xx are results of their own; else they are failures. `hold` is its
 * place on a page; without room there it is a failure too.
 */
export async function fetchContent(
  fragment: Fragment,
  content: ContentRequest,
  signal: AbortSignal,
  { acceptErrors, hold }: { acceptErrors: boolean; hold?: Hold | undefined },
): Promise<SlotResult> {
  const answer = await ask(fragment, content, signal, hold);
  const result = answer.ok
    ? judge(fragment, answer, acceptErrors)
    : fallBack(fragment, answer.error);
  if (!hold) return result;
  const fits = hold.resize(result.kind === 'content' ? result.html.length : 0);
  hold.keep();
  return fits ? result : fallBack(fragment, pageTooLarge(fragment.options.name));
}

/** The end of the fallback chain: what the manifest named, kept warm, else the slot's own markup. */
export function fallBack(fragment: Fragment, error: CompositionError): SlotResult {
  return { kind: 'fallback', html: fragment.fallback, error };
}

function judge(
  fragment: Fragment,
  answer: Extract<Answer, { ok: true }>,
  acceptErrors: boolean,
): SlotResult {
  const { name } = fragment.options;
  const { status, headers, url } = answer;
  const links = linkedAssets(headers, { ...fragment.options, requestUrl: url });
  if (status === 204) {
    return {
      kind: 'content',
      status: 200,
      headers,
      html: Buffer.alloc(0),
      head: [],
      links,
      repairs: [],
    };
  }
  const error = fragmentStatus(name, url, status);
  if (status < 200 || status === 206 || status === 304 || status >= 500) {
    return fallBack(fragment, error);
  }
  if (status >= 300 && !acceptErrors) return fallBack(fragment, error);
  const { type } = contentType(headers);
  const isHtml = type === 'text/html';
  if (status >= 300 && (status < 400 || !isHtml)) return { kind: 'answer', status, headers, error };
  if (!isHtml) return fallBack(fragment, fragmentNotHtml(name, url, type));
  const read = readBody(fragment, answer);
  if (!read.ok) return fallBack(fragment, read.error);
  const contained = contain(read.bytes);
  if (typeof contained === 'string') {
    return fallBack(fragment, fragmentNotContainable(name, url, contained));
  }
  return { kind: 'content', status, headers, ...contained, links };
}

/** The `state` of a slot that has this result. */
export function slotState(result: SlotResult): 'ready' | 'fallback' | 'error' {
  if (result.kind === 'content') return 'ready';
  return result.kind === 'fallback' && result.html ? 'fallback' : 'error';
}

/** The status of a page or passthrough that cannot do without it: 504 for what ran out of time, else 502. */
export function failureStatus(error: CompositionError): 502 | 504 {
  return error.code === 'FRAGMENT_TIMEOUT' ? 504 : 502;
}
