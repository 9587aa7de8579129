import { type CompositionError, resolveParams } from '@tessera/contract';
import { ask, readBody } from './ask.ts';
import { contentType } from './decode.ts';
import { fragmentAbsent, fragmentNotJson, fragmentParamInvalid, fragmentStatus } from './errors.ts';
import { failureStatus } from './fetch.ts';
import type { Visit } from './flights.ts';
import type { PageRequest, PageResponse } from './page.ts';
import type { DataPageOptions, DataPartOptions } from './page-config.ts';
import { type ContentRequest, planContent } from './plan.ts';
import type { Fragment, Registry } from './registry.ts';
import type { RouteParams } from './routes.ts';
import type { Target } from './target.ts';

/** What will happen for one part. */
export interface PartPlan {
  readonly part: DataPartOptions;
  readonly ask: { fragment: Fragment; content: ContentRequest } | { problem: CompositionError };
}

/** What became of one part. */
export interface PartResult {
  readonly part: DataPartOptions;
  readonly value: unknown;
  readonly error: CompositionError | undefined;
  /** Whether there is no such thing: its service says so with 404, or the route's params cannot be its. */
  readonly absent: boolean;
  readonly ms: number;
}

/** What asking for one part gives. */
type Asked = { value: unknown } | { error: CompositionError; absent?: boolean };

/** Decides every part's URL, headers and time, before any I/O. */
export function planData(
  page: DataPageOptions,
  params: RouteParams,
  target: Target,
  request: PageRequest,
  registry: Registry,
  now: number,
): PartPlan[] {
  const leftMs = request.startedAt + page.deadlineMs - now;
  return page.parts.map((part) => planPart(part, params, target, request, registry, leftMs));
}

/** Asks for all parts at once, and gives up on the rest as soon as a required one has failed. Never rejects. */
export async function fetchParts(
  plans: readonly PartPlan[],
  request: PageRequest,
  visit: Visit,
): Promise<PartResult[]> {
  // What cannot be asked for has failed already: then nobody is asked.
  if (plans.some(({ part, ask }) => part.required && 'problem' in ask)) visit.end();
  return Promise.all(
    plans.map(async (plan) => {
      const result = await fetchPart(plan, request, visit.signal);
      if (plan.part.required && result.error) visit.end();
      return result;
    }),
  );
}

/** 200, or for the required part that failed: 404 when there is no such thing, 504 for time, else 502. */
export function dataStatus(results: readonly PartResult[]): number {
  const failed = results.filter(({ part, error }) => part.required && error);
  // Those that were given up on have failed because of another one.
  const { error, absent } = failed.find((result) => !wasLeft(result)) ?? failed[0] ?? {};
  if (!error) return 200;
  return absent ? 404 : failureStatus(error);
}

/**
 * `{ data, parts }`: a part that failed is `null` in `data`, with its error in `parts`; one that was given up on because a
 * required one had failed is `left` there.
 */
export function answerData(results: readonly PartResult[], request: PageRequest): PageResponse {
  const complete = results.every(({ error }) => error === undefined);
  const value = {
    data: Object.fromEntries(results.map(({ part, value }) => [part.key, value])),
    parts: Object.fromEntries(results.map((result) => [result.part.key, describePart(result)])),
  };
  return {
    status: dataStatus(results),
    headers: [
      ...['content-type', 'application/json; charset=utf-8', 'x-request-id', request.id],
      ...['cache-control', complete ? 'private, no-cache' : 'no-store'],
    ],
    body: request.method === 'HEAD' ? undefined : Buffer.from(JSON.stringify(value)),
  };
}

function planPart(
  part: DataPartOptions,
  params: RouteParams,
  target: Target,
  request: PageRequest,
  registry: Registry,
  leftMs: number,
): PartPlan {
  const fragment = registry.get(part.fragment);
  const manifest = fragment?.manifest;
  if (!manifest) return { part, ask: { problem: fragmentAbsent(part.fragment) } };
  const declared = Object.entries(manifest.params).filter(([name]) =>
    part.path.names.includes(name),
  );
  const raw = Object.fromEntries(part.path.names.map((name) => [name, params[name]]));
  const typed = resolveParams(Object.fromEntries(declared), raw);
  if (!typed.ok) {
    return {
      part,
      ask: { problem: fragmentParamInvalid(part.fragment, typed.param, typed.reason) },
    };
  }
  const timeoutMs = Math.max(0, Math.min(part.timeoutMs ?? manifest.timeoutMs, leftMs));
  const accept = 'application/json';
  const content = planContent(
    fragment,
    manifest,
    part.path,
    typed.params,
    target.query,
    request,
    timeoutMs,
    accept,
  );
  return { part, ask: 'problem' in content ? content : { fragment, content } };
}

async function fetchPart(
  { part, ask: plan }: PartPlan,
  { startedAt }: PageRequest,
  signal: AbortSignal,
): Promise<PartResult> {
  const result: Asked =
    'problem' in plan
      ? { error: plan.problem, absent: plan.problem.code === 'FRAGMENT_PARAM_INVALID' }
      : await fetchJson(plan.fragment, plan.content, signal);
  const ms = Math.round(performance.now() - startedAt);
  if ('value' in result) return { part, value: result.value, error: undefined, absent: false, ms };
  return { part, value: null, error: result.error, absent: result.absent ?? false, ms };
}

async function fetchJson(
  fragment: Fragment,
  content: ContentRequest,
  signal: AbortSignal,
): Promise<Asked> {
  const { name } = fragment.options;
  const answer = await ask(fragment, content, signal);
  if (!answer.ok) return answer;
  const { status } = answer;
  if (status !== 200)
    return { error: fragmentStatus(name, answer.url, status), absent: status === 404 };
  const { type } = contentType(answer.headers);
  if (!/^application\/(json|.+\+json)$/.test(type))
    return { error: fragmentNotJson(name, answer.url, type) };
  const read = readBody(fragment, answer);
  if (!read.ok) return read;
  try {
    return { value: JSON.parse(read.bytes.toString('utf8')) };
  } catch {
    return { error: fragmentNotJson(name, answer.url, `${type} that is not valid`) };
  }
}

function wasLeft({ error }: PartResult): boolean {
  return error?.code === 'VISITOR_LEFT';
}

function describePart(result: PartResult) {
  const { error, ms } = result;
  if (wasLeft(result)) return { state: 'left', ms };
  return error
    ? { state: 'error', error: error.code, ms }
    : { state: 'ready', source: 'origin', ms };
}
