import { CompositionError, describeError } from '@tessera/contract';
import type { LogPages } from './config.ts';
import type { PartResult } from './data-page.ts';
import type { Flights } from './flights.ts';
import type { Log } from './log.ts';
import type { PageRequest } from './page.ts';
import type { DataPageOptions } from './page-config.ts';
import type { PagePlan } from './plan.ts';

/** One line for a page with a problem, or for every page: which slots failed, and why. */
export function logPage(
  log: Log,
  pages: LogPages,
  plan: PagePlan,
  flights: Flights,
  request: PageRequest,
): void {
  const problems = [...flights.values()].flatMap(({ plan: { slot }, result }) => {
    if (!result || result.kind === 'content' || result.error.code === 'VISITOR_LEFT') return [];
    if (result.kind === 'answer' && result.status < 400) return [];
    return [{ slot: slot.id, code: result.error.code, message: result.error.message }];
  });
  writeLine(log, pages, plan.page.pattern.source, problems, request);
}

/** The same for a data page and its parts. */
export function logParts(
  log: Log,
  pages: LogPages,
  page: DataPageOptions,
  results: readonly PartResult[],
  request: PageRequest,
): void {
  const problems = results.flatMap(({ part, error }) =>
    error && error.code !== 'VISITOR_LEFT'
      ? [{ part: part.key, code: error.code, message: error.message }]
      : [],
  );
  writeLine(log, pages, page.pattern.source, problems, request);
}

function writeLine(
  log: Log,
  pages: LogPages,
  page: string,
  problems: readonly object[],
  { id: requestId, trace, startedAt }: PageRequest,
): void {
  const ms = Math.round(performance.now() - startedAt);
  const line = { requestId, traceId: trace.id, page, ms };
  if (problems.length > 0) log.warn({ ...line, problems }, 'page with problems');
  else if (pages === 'all') log.info(line, 'page');
}

/** What is wrong with a changed file; the last good version stays in use. */
export function logReloadFailure(log: Log, what: string, error: unknown): void {
  const code = error instanceof CompositionError ? error.code : undefined;
  log.error(
    { code, err: code ? undefined : error },
    `${what} not reloaded: ${describeError(error)}`,
  );
}
