import type { SlotState } from '@tessera/contract';
import { lateFragment, wholePageLink } from './deferred.ts';
import type { SlotResult } from './fetch.ts';
import type { Flight, Flights } from './flights.ts';
import { type HeadInsertions, shadowStyles } from './insertions.ts';
import type { PageRequest } from './page.ts';
import type { PagePlan, SlotPlan } from './plan.ts';
import type { Target } from './target.ts';

/**
 * The page's bytes: static parts at once, slots in template order, late ones before `</body>` as they come. It yields
 * only when it has to wait, so that what is ready leaves in one piece.
 */
export async function* streamPage(
  plan: PagePlan,
  flights: Flights,
  head: HeadInsertions,
  merged: ReadonlyMap<string, string>,
  request: PageRequest,
  target: Target,
): AsyncGenerator<Buffer> {
  const plans = new Map(plan.slots.map((slotPlan) => [slotPlan.slot.id, slotPlan]));
  const unused = new Map(merged);
  const late: Flight[] = [];
  let ready: Buffer[] = [];
  const flush = () => {
    const bytes = Buffer.concat(ready);
    ready = [];
    return bytes;
  };

  for (const part of plan.page.compiled.parts) {
    if (part.kind === 'static') ready.push(part.bytes);
    else if (part.kind === 'head-element') {
      const replacement = merged.get(part.key);
      // The first of several goes, replaced; the others of the same key go without.
      if (replacement === undefined) ready.push(part.bytes);
      else if (unused.delete(part.key)) ready.push(Buffer.from(replacement));
    } else if (part.kind === 'insertion') {
      if (part.at === 'head-start') ready.push(Buffer.from(head.start));
      else if (part.at === 'head-end')
        ready.push(Buffer.from([...unused.values()].join('') + head.end));
      else if (late.length > 0) {
        ready.push(wholePageLink(target.path, target.query));
        for await (const flight of inCompletionOrder(late)) {
          if (!flight) {
            if (ready.length) yield flush();
            continue;
          }
          const { state, html } = slotContent(flight.plan, flight.result);
          const { slot } = flight.plan;
          ready.push(...lateFragment(slot.id, state, html, slot.shadow && state !== 'error'));
        }
      }
    } else {
      const { slot } = part;
      const slotPlan = plans.get(slot.id);
      const flight = flights.get(slot.id);
      if (!slotPlan) continue;
      if (!flight) {
        const state = slotPlan.problem ? 'error' : 'ready';
        ready.push(slot.open[state], slotPlan.problem ? slot.error : slot.content, slot.close);
        continue;
      }
      if (!flight.result) {
        if (ready.length) yield flush();
        if (slot.deferredMs === undefined || plan.whole) await flight.promise;
        else await settledWithin(flight, request.startedAt + slot.deferredMs - performance.now());
      }
      if (!flight.result) {
        late.push(flight);
        ready.push(slot.open.pending, slot.content, slot.close);
        continue;
      }
      const { state, html } = slotContent(slotPlan, flight.result);
      const shadow = slot.shadow && state !== 'error';
      ready.push(slot.open[state]);
      if (shadow) ready.push(Buffer.from('<template shadowrootmode="open">'));
      ready.push(html);
      if (shadow) ready.push(Buffer.from('</template>'));
      ready.push(slot.close);
    }
  }
  if (ready.length) yield flush();
}

/** What stands in a slot in the end. */
function slotContent(
  { slot, fragment }: SlotPlan,
  result: SlotResult | undefined,
): { state: SlotState; html: Buffer } {
  const inside = (html: Buffer) =>
    slot.shadow ? Buffer.concat([Buffer.from(shadowStyles(fragment)), html]) : html;
  if (result?.kind === 'content') return { state: 'ready', html: inside(result.html) };
  if (result?.kind === 'fallback' && result.html)
    return { state: 'fallback', html: inside(result.html) };
  return { state: 'error', html: slot.error };
}

async function settledWithin(flight: Flight, ms: number): Promise<void> {
  if (ms <= 0) return;
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([flight.promise, elapsed]);
  clearTimeout(timer);
}

/** The flights as they settle; undefined before each wait. */
async function* inCompletionOrder(flights: readonly Flight[]): AsyncGenerator<Flight | undefined> {
  const settled: Flight[] = [];
  let wake = () => {};
  for (const flight of flights) {
    flight.promise.then(() => {
      settled.push(flight);
      wake();
    });
  }
  for (let left = flights.length; left > 0; left--) {
    if (settled.length === 0) {
      yield undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (settled.length > 0) resolve();
      });
    }
    yield settled.shift();
  }
}
