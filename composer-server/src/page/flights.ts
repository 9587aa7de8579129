import { type Hold, PageBudget } from '../budget.ts';
import { fragmentWithoutContent } from '../errors.ts';
import { type Cache, fallBack, fetchContent, type SlotResult } from '../fetch.ts';
import type { Registry } from '../registry.ts';
import type { PagePlan, SlotPlan } from './plan.ts';

/** A slot whose fragment is on its way. */
export class Flight {
  readonly plan: SlotPlan;
  /** Undefined until it is settled. */
  result: SlotResult | undefined;
  /** When it settled, on the clock of `performance.now()`. */
  settledAt: number | undefined;
  #promise: Promise<SlotResult> | undefined;

  constructor(plan: SlotPlan) {
    this.plan = plan;
  }

  /** Never rejects. */
  get promise(): Promise<SlotResult> {
    if (this.#promise) return this.#promise;
    if (!this.result) throw new Error('this flight has not started');
    return Promise.resolve(this.result);
  }

  /** Takes what its slot gets, now or later. */
  start(started: SlotResult | Promise<SlotResult>, registry: Registry): void {
    if (started instanceof Promise)
      this.#promise = started.then((result) => this.#settle(result, registry));
    else this.#settle(started, registry);
  }

  #settle(result: SlotResult, registry: Registry): SlotResult {
    this.result = result;
    this.settledAt = performance.now();
    if (result.kind === 'content' && result.source === 'origin')
      registry.noticeVersion(this.plan.slot.name, result.headers);
    return result;
  }
}

export type Flights = ReadonlyMap<string, Flight>;

export interface FlightOptions {
  /** Only those that decide about the head have a flight. */
  readonly gatesOnly: boolean;
  /** The others get what is stored, and no service is asked for them. */
  readonly essentialOnly: boolean;
  readonly maxPageBytes: number;
}

/**
 * Starts all of a page's requests at once, by slot-id; what is stored is there at once. Slots that the browser renders have
 * none.
 */
export function startFlights(
  plan: PagePlan,
  { registry, cache }: { registry: Registry; cache: Cache },
  signal: AbortSignal,
  { gatesOnly, essentialOnly, maxPageBytes }: FlightOptions,
): Flights {
  const budget = new PageBudget(Math.max(0, maxPageBytes - plan.page.compiled.bytes));
  const flights = new Map<string, Flight>();
  for (const slotPlan of plan.slots) {
    const { slot } = slotPlan;
    const optional = !slot.primary && !slot.required;
    if (slot.render === 'client' || (gatesOnly && optional)) continue;
    const flight = new Flight(slotPlan);
    const shed = essentialOnly && optional;
    flight.start(startSlot(slotPlan, cache, signal, budget.hold(), shed), registry);
    flights.set(slot.id, flight);
  }
  return flights;
}

function startSlot(
  { slot, fragment, content, problem }: SlotPlan,
  cache: Cache,
  signal: AbortSignal,
  hold: Hold,
  shed: boolean,
): SlotResult | Promise<SlotResult> {
  if (problem || !content) return fallBack(fragment, problem ?? fragmentWithoutContent(slot.name));
  return fetchContent(cache, fragment, content, signal, { acceptErrors: slot.primary, hold, shed });
}

/** The slots without which there is no page. */
export function gatesOf(flights: Flights): Flight[] {
  return [...flights.values()].filter(({ plan: { slot } }) => slot.primary || slot.required);
}

/** Whether every slot that the server fills is there. */
export function isSettled(plan: PagePlan, flights: Flights): boolean {
  return plan.slots.every(
    ({ slot }) => slot.render === 'client' || flights.get(slot.id)?.result !== undefined,
  );
}

/** Waits until nothing is under way any more. */
export async function allSettled(flights: Flights): Promise<void> {
  for (const flight of flights.values()) if (!flight.result) await flight.promise;
}

/** Waits until all are there, or until one has failed: that one. */
export function firstFailure(flights: readonly Flight[]): Promise<Flight | undefined> {
  return new Promise((resolve) => {
    let left = flights.length;
    if (left === 0) resolve(undefined);
    for (const flight of flights) {
      flight.promise.then((result) => {
        left--;
        if (result.kind === 'fallback' || (result.kind === 'answer' && result.status >= 400))
          resolve(flight);
        else if (left === 0) resolve(undefined);
      });
    }
  });
}

/** How long anybody wants what a page asks for. */
export interface Visit {
  /** Aborts when the visitor leaves, or when the page ended without some of its fragments. */
  readonly signal: AbortSignal;
  /** The page has ended; `complete`: with everything it asked for. */
  end(complete?: boolean): void;
}

export function followVisitor(visitor: AbortSignal): Visit {
  const controller = new AbortController();
  const leave = () => end();
  const end = (complete = false) => {
    visitor.removeEventListener('abort', leave);
    // Each abort makes a DOMException with a stack: 10 µs that a page which lacks nothing need not pay.
    if (!complete) controller.abort();
  };
  visitor.addEventListener('abort', leave);
  if (visitor.aborted) end();
  return { signal: controller.signal, end };
}
