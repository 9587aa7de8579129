import { fragmentLocation } from './errors.ts';
import { failureStatus, type SlotResult } from './fetch.ts';
import type { Flight, Flights } from './flights.ts';
import { type HeadElement, mergeHead } from './head.ts';
import { headerValue, ownCookies, primaryHeaders, visitorLocation } from './headers.ts';
import type { PageRequest } from './page.ts';

/** Status, headers and head elements of a page, once its primary and required slots are there. */
export interface PageHead {
  readonly status: number;
  readonly headers: readonly string[];
  /** What primary and required fragments bring for the page's head, by key. */
  readonly elements: ReadonlyMap<string, string>;
}

export function pageHead(
  gates: readonly Flight[],
  flights: Flights,
  request: PageRequest,
): PageHead {
  const primary = gates.find(({ plan }) => plan.slot.primary);
  const result = primary?.result;
  const settled = [...flights.values()].map((flight) => flight.result?.kind);
  const headers = [
    ...['content-type', 'text/html; charset=utf-8', 'x-request-id', request.id],
    ...['cache-control', settled.includes('fallback') ? 'no-store' : 'private, no-cache'],
    ...(result?.kind === 'content' ? primaryHeaders(result.headers) : []),
    ...primaryCookies(primary, request),
  ];
  const first = (a: Flight, b: Flight) => Number(b.plan.slot.primary) - Number(a.plan.slot.primary);
  const elements = mergeHead([...gates].sort(first).map(({ result: own }) => headElements(own)));
  return { status: result?.kind === 'content' ? result.status : 200, headers, elements };
}

function headElements(result: SlotResult | undefined): readonly HeadElement[] {
  return result?.kind === 'content' ? result.head : [];
}

/** Where a primary sends the visitor instead; a location that is not allowed is a failure of the page. */
export function pageRedirect(
  gates: readonly Flight[],
  request: PageRequest,
  redirects: readonly string[],
): { status: number; headers: readonly string[] } | undefined {
  const primary = gates.find(({ plan }) => plan.slot.primary);
  const result = primary?.result;
  if (!primary || result?.kind !== 'answer') return undefined;
  const { fragment, content } = primary.plan;
  const location = headerValue(result.headers, 'location') ?? '';
  const from = {
    base: fragment.options.base,
    requestUrl: fragment.service.origin + (content?.path ?? ''),
    name: fragment.options.name,
  };
  const allowed = visitorLocation(location, from, { origin: request.origin, redirects });
  if (allowed === undefined) {
    primary.result = {
      kind: 'fallback',
      html: undefined,
      error: fragmentLocation(from.name, location),
    };
    return undefined;
  }
  const headers = [
    'location',
    allowed,
    'cache-control',
    'no-store',
    ...primaryCookies(primary, request),
  ];
  return { status: result.status, headers };
}

/** 4xx of the primary itself, 404 for a param that it does not take, 504 for time, else 502. */
export function pageFailure(
  failed: Flight,
  request: PageRequest,
): { status: number; headers: readonly string[] } {
  const { result, plan } = failed;
  if (result?.kind === 'answer') {
    return {
      status: result.status,
      headers: [...primaryHeaders(result.headers), ...primaryCookies(failed, request)],
    };
  }
  if (result?.kind !== 'fallback') return { status: 502, headers: [] };
  const invalid = result.error.code === 'FRAGMENT_PARAM_INVALID' && plan.slot.primary;
  return { status: invalid ? 404 : failureStatus(result.error), headers: [] };
}

function primaryCookies(primary: Flight | undefined, { origin }: PageRequest): string[] {
  const manifest = primary?.plan.fragment.manifest;
  const result = primary?.result;
  if (!manifest || !result || result.kind === 'fallback') return [];
  return ownCookies(manifest, result.headers, origin).flatMap((cookie) => ['set-cookie', cookie]);
}
