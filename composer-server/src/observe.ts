import { CompositionError, describeError, type PageReport } from '@tessera/contract';
import type { LogPages } from './config/config.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { AssembledPage } from './page/assembled.ts';
import type { PageRequest } from './page.ts';

/** Where the composer tells what happened. */
export interface Observer {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Counts a page, and writes one line for it when it has a problem, or always with `pages: 'all'`. */
export function observePage({ log, metrics }: Observer, report: PageReport, pages: LogPages): void {
  metrics.countPage(report);
  const failed = report.slots.filter(({ cause, state }) => cause && state !== 'left');
  if (failed.length === 0 && pages !== 'all') return;
  const { requestId, traceId, page, status, ms } = report;
  const line = { requestId, traceId, page, status, ms };
  const problems = failed.map(({ slot, fragment, cause: code, message }) => ({
    slot,
    fragment,
    code,
    message,
  }));
  if (problems.length > 0) log.warn({ ...line, problems }, 'page with problems');
  else log.info(line, 'page');
}

/** The same for a page that was given as a whole: it has no problem. */
export function observeAssembled(
  { log, metrics }: Observer,
  assembled: AssembledPage,
  request: PageRequest,
  pages: LogPages,
): void {
  const ms = performance.now() - request.startedAt;
  const { page } = assembled;
  metrics.countAssembled(assembled, ms);
  if (pages !== 'all') return;
  const { id: requestId, trace } = request;
  log.info({ requestId, traceId: trace.id, page, status: 200, ms }, 'page');
}

/** What is wrong with a changed file; the last good version stays in use. */
export function logReloadFailure(log: Log, what: string, error: unknown): void {
  const code = error instanceof CompositionError ? error.code : undefined;
  log.error(
    { code, err: code ? undefined : error },
    `${what} not reloaded: ${describeError(error)}`,
  );
}
