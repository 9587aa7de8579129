import type { CompositionError, FragmentManifest } from '@tessera/contract';
import { errorPage, textAnswer } from '../error-page.ts';
import { failureHeaders, failureStatus } from '../fetch.ts';
import { headerValue, type ResponseHeaders, visitorLocation } from '../headers.ts';
import type { Observer } from '../observe.ts';
import type { PageRequest, PageResponse } from '../page.ts';
import type { Fragment } from '../registry.ts';
import type { Site } from '../site.ts';
import type { Target } from '../target.ts';

/** One request on its way through to a fragment. */
export interface Passage {
  readonly fragment: Fragment;
  readonly manifest: FragmentManifest;
  /** What follows the fragment's base, encoded. */
  readonly path: string;
  readonly target: Target;
  readonly request: PageRequest;
  readonly site: Site;
  readonly observer: Observer;
  readonly refuse: Refuse;
}

/** What a request is answered with that does not reach the service, or gets no proper answer from it. */
export type Refuse = (status: number, text: string, headers?: readonly string[]) => PageResponse;

/** A visitor who follows a link or posts a form gets the site's own page for the status, a program a short text. */
export function refusals({ templates }: Site, request: PageRequest): Refuse {
  return (status, text, headers) =>
    isNavigation(request)
      ? errorPage(status, request, templates.errorPages, headers)
      : textAnswer(status, text, headers);
}

export function nothingHere(refuse: Refuse): PageResponse {
  return refuse(404, 'There is nothing here.');
}

/** Whether the answer will be a page that somebody reads (Fetch Metadata; older browsers ask for HTML before all else). */
export function isNavigation({ headers }: PageRequest): boolean {
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate';
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(headers.accept ?? '');
}

/** RFC 9111 §5.2.1.7: the visitor wants a stored answer, and there is none. */
export function notStored({ refuse }: Passage, cacheStatus: string): PageResponse {
  return refuse(504, 'This is not stored.', ['cache-status', cacheStatus]);
}

export function failed(passage: Passage, error: CompositionError): PageResponse {
  report(passage, error);
  const headers = failureHeaders(passage.fragment, error);
  return passage.refuse(failureStatus(error), 'This part of the site did not answer.', headers);
}

/** Where a redirect leads, undefined when it must not. */
export function allowedLocation(
  { fragment, request, site }: Passage,
  headers: ResponseHeaders,
  requestUrl: string,
): string | undefined {
  const { base, name } = fragment.options;
  const { redirects } = site.options;
  const location = headerValue(headers, 'location') ?? '';
  return visitorLocation(
    location,
    { base, requestUrl, name },
    { origin: request.origin, redirects },
  );
}

function report({ observer: { log }, request, manifest }: Passage, err: Error): void {
  if (!request.signal.aborted)
    log.warn(
      { requestId: request.id, traceId: request.trace.id, fragment: manifest.name, err },
      err.message,
    );
}

/** Types that no browser makes a document of that runs scripts; `application/unknown` and the like it guesses at. */
const INERT =
  /^(?!application\/unknown|unknown\/)(?:text|image|audio|video|font|application|model)\/(?!x?html|xsl)[\w.!#$&^-]+$/;

/**
 * A fragment's document opened on its own must not act as the site (it shares the site's origin). Whatever is not surely
 * something else may become a document: a type that is missing, unknown, or given twice.
 */
export function sandboxHeaders(contentTypes: readonly string[]): string[] {
  const [value = '', second] = contentTypes;
  const type = (value.split(';', 1)[0] ?? '').trim().toLowerCase();
  const isInert = INERT.test(type) && !/[/+]xml$/.test(type);
  const nosniff = ['x-content-type-options', 'nosniff'];
  if (isInert && second === undefined && !value.includes(',')) return nosniff;
  return ['content-security-policy', 'sandbox', ...nosniff, 'x-robots-tag', 'noindex'];
}
