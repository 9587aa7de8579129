import { CompositionError, describeError } from '@tessera/contract';
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
  if (problems.length === 0) return;
  const ms = Math.round(performance.now() - request.startedAt);
  log.warn(
    {
      requestId: request.id,
      traceId: request.trace.id,
      page: plan.page.pattern.source,
      ms,
      problems,
    },
    'page with problems',
  );
}

/** What is wrong with a changed file; the last good version stays in use. */
export function logReloadFailure(log: Log, what: string, error: unknown): void {
  const code = error instanceof CompositionError ? error.code : undefined;
  log.error(
    { code, err: code ? undefined : error },
    `${what} not reloaded: ${describeError(error)}`,
  );
}
