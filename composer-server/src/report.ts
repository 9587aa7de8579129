import type { CompositionError, PageReport, SlotReport } from '@tessera/contract';
import type { PartResult } from './data-page.ts';
import { slotState } from './fetch.ts';
import type { Flight, Flights } from './flights.ts';
import type { PageRequest } from './page.ts';
import type { DataPageOptions } from './page-config.ts';
import type { PagePlan, SlotPlan } from './plan.ts';

/** Reports what is known now; slots that are not settled have been left. */
export function reportPage(
  plan: PagePlan,
  flights: Flights,
  request: PageRequest,
  status: number,
): PageReport {
  const slots = plan.slots.map((slotPlan) =>
    reportSlot(slotPlan, flights.get(slotPlan.slot.id), request),
  );
  return { ...reportRequest(plan.page.pattern.source, request, status), slots };
}

/** The same for a data page and its parts. */
export function reportParts(
  page: DataPageOptions,
  results: readonly PartResult[],
  request: PageRequest,
  status: number,
): PageReport {
  const slots = results.map(
    ({ part, error, ms }): SlotReport => ({
      slot: part.key,
      fragment: part.fragment,
      state: error ? failedState(error, 'error') : 'ready',
      ...(error ? { cause: error.code, message: error.message } : {}),
      ms,
    }),
  );
  return { ...reportRequest(page.pattern.source, request, status), slots };
}

function reportRequest(page: string, { id, trace, startedAt }: PageRequest, status: number) {
  return { requestId: id, traceId: trace.id, page, status, ms: since(startedAt) };
}

function reportSlot(
  { slot, fragment, content }: SlotPlan,
  flight: Flight | undefined,
  { startedAt }: PageRequest,
): SlotReport {
  const { manifest } = fragment;
  const known = {
    slot: slot.id,
    fragment: slot.name,
    ...(manifest ? { team: manifest.team, version: manifest.version } : {}),
    ...(content && flight ? { url: fragment.service.origin + content.path } : {}),
  };
  if (slot.render === 'client') return { ...known, state: 'client' };
  const result = flight?.result;
  if (!result) return { ...known, state: 'left' };
  const ms = since(startedAt, flight.settledAt);
  if (result.kind === 'content') {
    const { status, html, repairs, scripts, cacheStatus: cache, failure } = result;
    const deadScripts = fragment.options.trustsScripts
      ? 0
      : scripts.filter(({ inline }) => inline).length;
    return {
      ...known,
      state: slotState(result),
      status,
      ms,
      bytes: html.length,
      cache,
      ...(repairs.length ? { repairs } : {}),
      ...(deadScripts ? { deadScripts } : {}),
      ...(failure ? { cause: failure.code, message: failure.message } : {}),
    };
  }
  const { code, message } = result.error;
  if (result.kind === 'answer' && result.status < 400)
    return { ...known, state: 'ready', status: result.status, ms };
  return {
    ...known,
    state: failedState(result.error, slotState(result)),
    cause: code,
    message,
    ms,
  };
}

/** The settled slots as a `server-timing` header's value (W3C Server Timing §2): slot-id, milliseconds, state. */
export function serverTiming({ ms, slots }: PageReport): string {
  const settled = slots.filter((slot) => slot.ms !== undefined);
  return [
    `head;dur=${ms}`,
    ...settled.map(({ slot, ms: dur, state }) => `${slot};dur=${dur};desc="${state}"`),
  ].join(', ');
}

function failedState(error: CompositionError, state: SlotReport['state']): SlotReport['state'] {
  return error.code === 'VISITOR_LEFT' ? 'left' : state;
}

function since(start: number, end = performance.now()): number {
  return Math.round((end - start) * 10) / 10;
}
