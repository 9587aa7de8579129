import type { FragmentAsset, SlotState } from '@tessera/contract';
import { withNonce } from './contain/script-places.ts';
import { lateFragment, wholePageLink } from './deferred.ts';
import { type SlotResult, slotState } from './fetch.ts';
import type { Flight, Flights } from './flights.ts';
import { type HeadInsertions, lateLinks, shadowStyles } from './insertions.ts';
import type { PagePlan, SlotPlan } from './plan.ts';
import type { Target } from './target.ts';

/** What a page's bytes are made of. */
export interface PageParts {
  readonly plan: PagePlan;
  readonly flights: Flights;
  readonly insertions: HeadInsertions;
  /** Elements for the head, by key: they replace the template's own. */
  readonly elements: ReadonlyMap<string, string>;
  /** What stands before `</body>`, asked for once all slots are sent. */
  readonly bodyEnd: () => string;
  readonly target: Target;
  /** When the request began, on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Lets the scripts of trusted fragments run. */
  readonly nonce: string | undefined;
}

/**
 * The page's bytes: static parts at once, slots in template order, late ones before `</body>` as they come. It yields
 * only when it has to wait, so that what is ready leaves in one piece.
 */
export async function* streamPage({
  plan,
  flights,
  insertions,
  elements,
  bodyEnd,
  target,
  startedAt,
  nonce,
}: PageParts): AsyncGenerator<Buffer> {
  const plans = new Map(plan.slots.map((slotPlan) => [slotPlan.slot.id, slotPlan]));
  const unused = new Map(elements);
  const linked = new Set([...insertions.linked, ...elements.keys()]);
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
      const replacement = elements.get(part.key);
      // The first of several goes, replaced; the others of the same key go without.
      if (replacement === undefined) ready.push(part.bytes);
      else if (unused.delete(part.key)) ready.push(Buffer.from(replacement));
    } else if (part.kind === 'insertion') {
      if (part.at === 'head-start') ready.push(Buffer.from(insertions.start));
      else if (part.at === 'head-end')
        ready.push(Buffer.from([...unused.values()].join('') + insertions.end));
      else {
        if (late.length > 0) ready.push(wholePageLink(target.path, target.query));
        for await (const flight of inCompletionOrder(late)) {
          if (!flight) {
            if (ready.length) yield flush();
            continue;
          }
          const { state, html } = slotContent(flight.plan, flight.result, nonce);
          const { slot, fragment } = flight.plan;
          const shadow = slot.shadow && state !== 'error';
          // What is the page's own may run, and so may what it trusts.
          const alive = state === 'error' || fragment.options.trustsScripts;
          ready.push(stylesBefore(flight, linked));
          ready.push(...lateFragment(slot.id, state, html, { shadow, alive }));
        }
        ready.push(Buffer.from(bodyEnd()));
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
        else await settledWithin(flight, startedAt + slot.deferredMs - performance.now());
      }
      if (!flight.result) {
        late.push(flight);
        ready.push(slot.open.pending, slot.content, slot.close);
        continue;
      }
      const { state, html } = slotContent(slotPlan, flight.result, nonce);
      const shadow = slot.shadow && state !== 'error';
      ready.push(stylesBefore(flight, linked), slot.open[state]);
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
  nonce: string | undefined,
): { state: SlotState; html: Buffer } {
  const inside = (html: Buffer, links: readonly FragmentAsset[] = []) =>
    slot.shadow ? Buffer.concat([Buffer.from(shadowStyles(fragment, links)), html]) : html;
  if (!result || result.kind === 'answer') return { state: 'error', html: slot.error };
  const state = slotState(result);
  if (result.kind === 'content') {
    const trusted = nonce !== undefined && fragment.options.trustsScripts;
    const html = trusted ? withNonce(result.html, result.scripts, nonce) : result.html;
    return { state, html: inside(html, result.links) };
  }
  return { state, html: result.html ? inside(result.html) : slot.error };
}

/** Stylesheets that only the answer named: they stand before the slot, outside of what React hydrates. */
function stylesBefore({ plan: { slot, fragment }, result }: Flight, linked: Set<string>): Buffer {
  if (result?.kind !== 'content' || slot.shadow) return NOTHING;
  return result.links.length + result.head.length === 0
    ? NOTHING
    : Buffer.from(lateLinks(fragment, result, linked));
}

const NOTHING = Buffer.alloc(0);

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
