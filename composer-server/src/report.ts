import { CompositionError, describeError } from '@tessera/contract';
import type { DataPageOptions } from './config.ts';
import type { PartResult } from './data-page.ts';
import type { Flights } from './flights.ts';
import type { Log } from './log.ts';
import type { PageRequest } from './page.ts';
import type { PagePlan } from './plan.ts';

/** One line for a page with a problem: which slots failed, and why. */
export function logPage(log: Log, plan: PagePlan, flights: Flights, request: PageRequest): void {
  const problems = [...flights.values()].flatMap(({ plan: { slot }, result }) => {
    if (!result || result.kind === 'content' || result.error.code === 'VISITOR_LEFT') return [];
    if (result.kind === 'answer' && result.status < 400) return [];
    return [{ slot: slot.id, code: result.error.code, message: result.error.message }];
  });
  logProblems(log, plan.page.pattern.source, problems, request);
}

/** One line for a data page with a problem: which parts failed, and why. */
export function logParts(
  log: Log,
  page: DataPageOptions,
  results: readonly PartResult[],
  request: PageRequest,
): void {
  const problems = results.flatMap(({ part, error }) =>
    error && error.code !== 'VISITOR_LEFT'
      ? [{ part: part.key, code: error.code, message: error.message }]
      : [],
  );
  logProblems(log, page.pattern.source, problems, request);
}

function logProblems(
  log: Log,
  page: string,
  problems: readonly object[],
  request: PageRequest,
): void {
  if (problems.length === 0) return;
  const ms = Math.round(performance.now() - request.startedAt);
  const { id: requestId, trace } = request;
  log.warn({ requestId, traceId: trace.id, page, ms, problems }, 'page with problems');
}

/** What is wrong with a changed file; the last good version stays in use. */
export function logReloadFailure(log: Log, what: string, error: unknown): void {
  const code = error instanceof CompositionError ? error.code : undefined;
  log.error(
    { code, err: code ? undefined : error },
    `${what} not reloaded: ${describeError(error)}`,
  );
}
