import type { CompositionError, PageReport, SlotReport } from '@tessera/contract';
import { urlOf } from '../ask.ts';
import type { DataPageOptions } from '../config/page.ts';
import { type SlotResult, slotState } from '../fetch.ts';
import type { PageRequest } from '../page.ts';
import type { PartResult } from './data-page.ts';
import type { Flight, Flights } from './flights.ts';
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
  slotPlan: SlotPlan,
  flight: Flight | undefined,
  { startedAt }: PageRequest,
): SlotReport {
  const { slot, fragment, content } = slotPlan;
  const { manifest } = fragment;
  const report = {
    slot: slot.id,
    fragment: slot.name,
    team: manifest?.team,
    version: manifest?.version,
    url: content && flight ? urlOf(fragment, content) : undefined,
  };
  if (slot.render === 'client') return { ...report, state: 'client' };
  const result = flight?.result;
  if (!result) return { ...report, state: 'left' };
  const ms = since(startedAt, flight.settledAt);
  if (result.kind === 'content') {
    const { status, html, repairs, failure } = result;
    return {
      ...report,
      state: slotState(result),
      status,
      cause: failure?.code,
      message: failure?.message,
      ms,
      bytes: html.length,
      cache: result.cacheStatus,
      repairs: repairs.length > 0 ? repairs : undefined,
      deadScripts: deadScripts(slotPlan, result),
    };
  }
  if (result.kind === 'answer' && result.status < 400)
    return { ...report, state: 'ready', status: result.status, ms };
  const { code: cause, message } = result.error;
  return { ...report, state: failedState(result.error, slotState(result)), cause, message, ms };
}

function deadScripts(
  { fragment }: SlotPlan,
  { scripts }: Extract<SlotResult, { kind: 'content' }>,
): number | undefined {
  if (scripts.length === 0 || fragment.options.trustsScripts) return undefined;
  return scripts.filter(({ inline }) => inline).length || undefined;
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
