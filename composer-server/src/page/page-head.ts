import { fragmentLocation } from '../errors.ts';
import { failureHeaders, failureStatus, type SlotResult } from '../fetch.ts';
import { type HeadElement, mergeHead } from '../head.ts';
import { headerValue, ownCookies, primaryHeaders, visitorLocation } from '../headers.ts';
import { pageLinks } from '../link.ts';
import type { PageRequest } from '../page.ts';
import { type Flight, type Flights, firstFailure, isSettled } from './flights.ts';
import { NONCED, type PageLifetime, pagePolicy, withoutSharing } from './page-policy.ts';
import type { PagePlan } from './plan.ts';

/** What a page begins with, once its primary and required slots are there. */
export interface PageHead {
  /** `error`: there is no page without what failed; `redirect`: the primary sends the visitor elsewhere. */
  readonly kind: 'page' | 'redirect' | 'error';
  readonly status: number;
  readonly headers: readonly string[];
  /** What primary and required fragments bring for the page's head, by key. */
  readonly elements: ReadonlyMap<string, string>;
  /** Whether every slot is there, so that the page can be sent in one piece, with a validator. */
  readonly settled: boolean;
  /** Whether it may be stored at all, and so has a validator. */
  readonly validated: boolean;
  /** For how long it is everybody's; undefined for a page that is for its visitor, or for now, alone. */
  readonly lifetime: PageLifetime | undefined;
}

export interface PageHeadOptions {
  readonly redirects: readonly string[];
  /** Whether this answer must not be stored, whatever its parts say. */
  readonly noStore: boolean;
  /** Whether its scripts have a nonce, which must never come twice. */
  readonly nonced: boolean;
  readonly browserMaxAgeMs: number;
  /** Whether visitors who accept it get the page compressed. */
  readonly compresses: boolean;
}

/** Waits for the slots without which there is no page, and for no other. */
export async function pageHead(
  gates: readonly Flight[],
  plan: PagePlan,
  flights: Flights,
  request: PageRequest,
  { redirects, nonced, ...policyOptions }: PageHeadOptions,
): Promise<PageHead> {
  const failed = await firstFailure(gates);
  if (failed) return failure(failed, request);
  const primary = gates.find(({ plan: { slot } }) => slot.primary);
  if (primary?.result?.kind === 'answer') return redirect(primary, request, redirects);
  const settled = isSettled(plan, flights);
  const status = primary?.result?.kind === 'content' ? primary.result.status : 200;
  const policy = nonced
    ? NONCED
    : pagePolicy(plan, flights, { ...policyOptions, settled }, Date.now());
  const cookies = primary ? primaryCookies(primary, request) : [];
  const first = (a: Flight, b: Flight) => Number(b.plan.slot.primary) - Number(a.plan.slot.primary);
  return {
    kind: 'page',
    status,
    headers: [
      ...['content-type', 'text/html; charset=utf-8', 'x-request-id', request.id],
      ...(cookies.length && policy.lifetime ? withoutSharing(policy.headers) : policy.headers),
      ...(primary ? answerHeaders(primary) : []),
      ...cookies,
    ],
    elements: mergeHead([...gates].sort(first).map(({ result }) => headElements(result))),
    settled,
    validated: status === 200 && policy.headers[1] !== 'no-store' && cookies.length === 0,
    lifetime: cookies.length || status !== 200 ? undefined : policy.lifetime,
  };
}

function headElements(result: SlotResult | undefined): readonly HeadElement[] {
  return result?.kind === 'content' ? result.head : [];
}

/** Where a primary sends the visitor instead; a location that is not allowed is a failure of the page. */
function redirect(primary: Flight, request: PageRequest, redirects: readonly string[]): PageHead {
  const { result, plan } = primary;
  if (result?.kind !== 'answer') return failure(primary, request);
  const { options, service } = plan.fragment;
  const location = headerValue(result.headers, 'location') ?? '';
  const requestUrl = service.origin + (plan.content?.path ?? '');
  const allowed = visitorLocation(
    location,
    { base: options.base, name: options.name, requestUrl },
    { origin: request.origin, redirects },
  );
  if (allowed === undefined) {
    const error = fragmentLocation(options.name, location);
    primary.result = { kind: 'fallback', html: undefined, error };
    return failure(primary, request);
  }
  const headers = ['location', allowed, 'cache-control', 'no-store', 'x-request-id', request.id];
  return {
    ...NO_PAGE,
    kind: 'redirect',
    status: result.status,
    headers: [...headers, ...primaryCookies(primary, request)],
  };
}

const NO_PAGE = {
  elements: new Map<string, string>(),
  settled: false,
  validated: false,
  lifetime: undefined,
};

/** 4xx of the primary itself, 404 for a param that it does not take, else what `failureStatus` says. */
function failure(failed: Flight, request: PageRequest): PageHead {
  const { result, plan } = failed;
  if (result?.kind === 'answer') {
    const headers = [...answerHeaders(failed), ...primaryCookies(failed, request)];
    return { ...NO_PAGE, kind: 'error', status: result.status, headers };
  }
  if (result?.kind !== 'fallback') return { ...NO_PAGE, kind: 'error', status: 502, headers: [] };
  const invalid = result.error.code === 'FRAGMENT_PARAM_INVALID' && plan.slot.primary;
  const status = invalid ? 404 : failureStatus(result.error);
  return {
    ...NO_PAGE,
    kind: 'error',
    status,
    headers: failureHeaders(plan.fragment, result.error),
  };
}

/** The headers of a primary's answer that become the page's. */
function answerHeaders(primary: Flight): string[] {
  const { result, plan } = primary;
  if (!result || result.kind === 'fallback') return [];
  const { options, service } = plan.fragment;
  const requestUrl = service.origin + (plan.content?.path ?? '');
  const links = pageLinks(result.headers, { ...options, requestUrl });
  return [...primaryHeaders(result.headers), ...(links.length ? ['link', links.join(', ')] : [])];
}

function primaryCookies({ plan, result }: Flight, { origin }: PageRequest): string[] {
  const { manifest } = plan.fragment;
  if (!manifest || !result || result.kind === 'fallback') return [];
  return ownCookies(manifest, result.headers, origin).flatMap((cookie) => ['set-cookie', cookie]);
}
