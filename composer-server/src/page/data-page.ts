import { CompositionError, resolveParams } from '@tessera/contract';
import type { ContentRequest } from '../ask.ts';
import { readBody, urlOf } from '../ask.ts';
import type { DataPageOptions, DataPartOptions } from '../config/page.ts';
import { contentType } from '../decode.ts';
import {
  fragmentAbsent,
  fragmentNotJson,
  fragmentParamInvalid,
  fragmentStatus,
} from '../errors.ts';
import { type Cache, failureOf, failureStatus, fetchAnswer, type Judge, plain } from '../fetch.ts';
import type { PageRequest, PageResponse } from '../page.ts';
import { matchesPattern } from '../pattern-matcher.ts';
import type { Fragment, Registry } from '../registry.ts';
import type { RouteParams } from '../routes.ts';
import type { Target } from '../target.ts';
import type { Visit } from './flights.ts';
import { planContent } from './plan.ts';

/** What will happen for one part. */
export interface PartPlan {
  readonly part: DataPartOptions;
  readonly ask: { fragment: Fragment; content: ContentRequest } | { problem: CompositionError };
}

/** What became of one part. */
export interface PartResult {
  readonly part: DataPartOptions;
  /** What its service answered; undefined when it failed. */
  readonly json: Buffer | undefined;
  readonly source: 'origin' | 'cache' | 'stale' | undefined;
  readonly error: CompositionError | undefined;
  /** Whether there is no such thing: its service says so with 404, or the route's params cannot be its. */
  readonly absent: boolean;
  readonly ms: number;
}

/** What asking for one part gives. */
type Asked = Omit<PartResult, 'part' | 'ms'>;

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
  cache: Cache,
  request: PageRequest,
  visit: Visit,
): Promise<PartResult[]> {
  // What cannot be asked for has failed already: then nobody is asked.
  if (plans.some(({ part, ask }) => part.required && 'problem' in ask)) visit.end();
  return Promise.all(
    plans.map(async (plan) => {
      const result = await fetchPart(plan, cache, request, visit.signal);
      if (plan.part.required && result.error) visit.end();
      return result;
    }),
  );
}

/** 200, or for the required part that failed: 404 when there is no such thing, else what `failureStatus` says. */
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
  const parts = Object.fromEntries(
    results.map((result) => [result.part.key, describePart(result)]),
  );
  const body = Buffer.concat([
    Buffer.from('{"data":{'),
    ...results.flatMap(({ part, json }, i) => [
      Buffer.from(`${i ? ',' : ''}${JSON.stringify(part.key)}:`),
      json ?? Buffer.from('null'),
    ]),
    Buffer.from(`},"parts":${JSON.stringify(parts)}}`),
  ]);
  const status = dataStatus(results);
  return {
    status,
    headers: [
      ...['content-type', 'application/json; charset=utf-8', 'x-request-id', request.id],
      ...['cache-control', complete ? 'private, no-cache' : 'no-store'],
      ...(status === 503 ? ['retry-after', '1'] : []),
    ],
    body: request.method === 'HEAD' ? undefined : body,
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
  const typed = resolveParams(Object.fromEntries(declared), raw, matchesPattern);
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
  cache: Cache,
  { startedAt }: PageRequest,
  signal: AbortSignal,
): Promise<PartResult> {
  const result =
    'problem' in plan
      ? without(plan.problem, plan.problem.code === 'FRAGMENT_PARAM_INVALID')
      : await fetchJson(cache, plan.fragment, plan.content, signal);
  const ms = Math.round(performance.now() - startedAt);
  return { part, ...result, ms };
}

async function fetchJson(
  cache: Cache,
  fragment: Fragment,
  content: ContentRequest,
  signal: AbortSignal,
): Promise<Asked> {
  const fetched = await fetchAnswer(cache, fragment, content, signal, {
    form: 'json',
    judge: judgeJson,
  });
  if (fetched.kind !== 'answer') return without(failureOf(fragment, content, fetched), false);
  const { answer, source } = fetched;
  if (answer.status === 200) return { json: answer.body, error: undefined, source, absent: false };
  const error = fragmentStatus(fragment.options.name, urlOf(fragment, content), answer.status);
  return without(error, answer.status === 404);
}

function without(error: CompositionError, absent: boolean): Asked {
  return { json: undefined, source: undefined, error, absent };
}

function wasLeft({ error }: PartResult): boolean {
  return error?.code === 'VISITOR_LEFT';
}

/** The bytes as they came, once it is sure that they are JSON. */
const judgeJson: Judge = (fragment, content, answer) => {
  const { status, headers } = answer;
  if (status !== 200) return plain(fragment, content, answer);
  const notJson = (what: string) =>
    fragmentNotJson(fragment.options.name, urlOf(fragment, content), what);
  const { type } = contentType(headers);
  if (!/^application\/(json|.+\+json)$/.test(type)) return notJson(type);
  const read = readBody(fragment, content, answer);
  if (read instanceof CompositionError) return read;
  try {
    JSON.parse(read.toString('utf8'));
  } catch {
    return notJson(`${type} that is not valid`);
  }
  return plain(fragment, content, answer, read);
};

function describePart(result: PartResult) {
  const { error, source, ms } = result;
  if (wasLeft(result)) return { state: 'left', ms };
  return error
    ? { state: 'error', error: error.code, ms }
    : { state: source === 'stale' ? 'stale' : 'ready', source, ms };
}
