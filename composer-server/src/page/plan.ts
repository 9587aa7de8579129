import {
  type CompositionError,
  expandPath,
  type FragmentManifest,
  fragmentBase,
  type MountTrigger,
  type ParamsResult,
  type PathPattern,
  type Props,
  resolveParams,
} from '@tessera/contract';
import type { ContentRequest } from '../ask.ts';
import { onlyNoStore, requestDirectives } from '../cache/cache-control.ts';
import { keyHeaders } from '../cache/key.ts';
import { fragmentAbsent, fragmentParamInvalid, fragmentWithoutContent } from '../errors.ts';
import { forwardedHeaders, ownHeaders } from '../headers.ts';
import type { PageRequest } from '../page.ts';
import { matchesPattern } from '../pattern-matcher.ts';
import type { Fragment } from '../registry.ts';
import type { Target } from '../target.ts';
import { fillParam } from '../template/slot.ts';
import type { Slot } from '../template/template.ts';
import type { Page } from '../template/template-store.ts';

/** What will happen for one slot. */
export interface SlotPlan {
  readonly slot: Slot;
  readonly fragment: Fragment;
  /** The typed params: the widget's props unless its HTML brings others. */
  readonly props: Props;
  readonly timeoutMs: number;
  readonly mount: MountTrigger;
  /** What is asked of the service; undefined where nothing is: the server sends the slot's own markup. */
  readonly content: ContentRequest | undefined;
  /** Why the slot fails without a request. */
  readonly problem: CompositionError | undefined;
}

export interface PagePlan {
  readonly page: Page;
  /** `performance.now()` at which the page ends. */
  readonly deadline: number;
  readonly slots: readonly SlotPlan[];
  /** Nothing is deferred. */
  readonly whole: boolean;
}

/**
 * Decides every URL, header, param and time of a page from the request and the manifests known now. Pure: no I/O, no
 * state; `now` is on the clock of `performance.now()`.
 */
export function planPage(
  page: Page,
  routeParams: Readonly<Record<string, string>>,
  target: Target,
  request: PageRequest,
  { whole }: { whole: boolean },
  fragmentOf: (name: string) => Fragment | undefined,
  now: number,
): PagePlan {
  const deadline = request.startedAt + page.deadlineMs;
  const slots = page.compiled.slots.flatMap((slot) => {
    const fragment = fragmentOf(slot.name);
    return fragment ? [planSlot(slot, fragment, routeParams, target, request, deadline - now)] : [];
  });
  return { page, deadline, slots, whole };
}

function planSlot(
  slot: Slot,
  fragment: Fragment,
  routeParams: Readonly<Record<string, string>>,
  target: Target,
  request: PageRequest,
  leftMs: number,
): SlotPlan {
  const { manifest } = fragment;
  const planned = {
    slot,
    fragment,
    props: {},
    timeoutMs: Math.max(0, Math.min(slot.timeoutMs ?? manifest?.timeoutMs ?? 1000, leftMs)),
    mount: slot.mount ?? manifest?.remote?.mount ?? 'none',
    content: undefined,
    problem: undefined,
  };
  if (!manifest) return { ...planned, problem: fragmentAbsent(slot.name) };
  const typed = slotParams(slot, manifest, routeParams, target.query);
  if (!typed.ok)
    return { ...planned, problem: fragmentParamInvalid(slot.name, typed.param, typed.reason) };
  const props = typed.params;
  if (slot.render === 'client' && !manifest.content) return { ...planned, props };
  if (!manifest.content) return { ...planned, props, problem: fragmentWithoutContent(slot.name) };
  const content = planContent(
    fragment,
    manifest,
    manifest.content,
    props,
    target.query,
    request,
    planned.timeoutMs,
  );
  if ('problem' in content) return { ...planned, props, problem: content.problem };
  return { ...planned, props, content };
}

/** The slot's own params, and the route's where the slot has none of that name. */
function slotParams(
  slot: Slot,
  manifest: FragmentManifest,
  routeParams: Readonly<Record<string, string>>,
  query: URLSearchParams,
): ParamsResult {
  const names = [...(manifest.content?.names ?? []), ...Object.keys(manifest.params)];
  if (names.length === 0 && slot.params.size === 0) return NO_PARAMS;
  const raw: Record<string, string | undefined> = Object.create(null);
  for (const name of names) if (name in routeParams) raw[name] = routeParams[name];
  for (const [name, template] of slot.params) raw[name] = fillParam(template, routeParams, query);
  return resolveParams(manifest.params, raw, matchesPattern);
}

const NO_PARAMS: ParamsResult = { ok: true, params: {} };

/** The request for a fragment's content with these params: for a slot, for passthrough, or for data as JSON. */
export function planContent(
  fragment: Fragment,
  manifest: FragmentManifest,
  content: PathPattern,
  params: Readonly<Props>,
  query: URLSearchParams,
  request: PageRequest,
  timeoutMs: number,
  accept = 'text/html',
): ContentRequest | { readonly problem: CompositionError } {
  const { base } = fragment.options;
  const name = manifest.name;
  const expanded = expandPath(content, params);
  if (!expanded.ok) return { problem: fragmentParamInvalid(name, expanded.param, expanded.reason) };
  const relative = withForwardedQuery(expanded.path, manifest, query);
  const path = pathBelow(base, relative);
  if (path === undefined)
    return { problem: fragmentParamInvalid(name, content.source, 'leads out of the fragment') };
  const forwarded = forwardedHeaders(manifest, request);
  const headers =
    forwarded.length === 0 ? ownHeaders(name, accept) : withForwarded(name, accept, forwarded);
  return {
    path,
    html: fragmentBase(name) + relative,
    timeoutMs,
    directives: onlyNoStore(requestDirectives(request.headers['cache-control'])),
    headers,
    // Ours are the same in every request.
    keyHeaders: forwarded.length === 0 ? headers : keyHeaders(headers),
    personal: forwarded.includes('cookie') || forwarded.includes('authorization'),
    request,
  };
}

function withForwarded(name: string, accept: string, forwarded: readonly string[]): string[] {
  const own = ownHeaders(name, accept);
  const agent = own.indexOf('user-agent');
  return [...(forwarded.includes('user-agent') ? own.toSpliced(agent, 2) : own), ...forwarded];
}

/** Characters that a URL keeps as they are; without dots it has no dot segments. Parsing it takes a microsecond. */
const PLAIN = /^[\w~!$()*,;=@&/?:-]*$/;

/** The path and query of what stands at `relative`; undefined where it leads out of the fragment. */
function pathBelow(base: URL, relative: string): string | undefined {
  if (PLAIN.test(relative)) return base.pathname + relative;
  const url = URL.canParse(base.href + relative) ? new URL(base.href + relative) : undefined;
  // Encoding keeps a param in its segment; should that ever fail, no other service may be asked.
  if (url?.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return undefined;
  return url.pathname + url.search;
}

function withForwardedQuery(
  path: string,
  { forward }: FragmentManifest,
  query: URLSearchParams,
): string {
  if (forward.query.length === 0) return path;
  const own = new URLSearchParams(path.split('?', 2)[1] ?? '');
  const forwarded = new URLSearchParams();
  for (const [name, value] of query) {
    const named = forward.query.includes('*') || forward.query.includes(name);
    if (named && !own.has(name) && name !== 'tessera') forwarded.append(name, value);
  }
  const search = forwarded.toString();
  return search ? `${path}${path.includes('?') ? '&' : '?'}${search}` : path;
}
