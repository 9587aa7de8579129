import type { FragmentAsset, SlotState } from '@tessera/contract';
import { withNonce } from '../contain/script-places.ts';
import { type SlotResult, slotState } from '../fetch.ts';
import { attributeValue } from '../json-in-html.ts';
import { type Encoder, joined, keptPiece, ownPiece, type Piece } from '../piece.ts';
import type { Target } from '../target.ts';
import type { TemplatePart } from '../template/template.ts';
import { lateFragment, wholePageLink } from './deferred.ts';
import type { Flight, Flights } from './flights.ts';
import { type HeadInsertions, lateLinks, shadowStyles } from './insertions.ts';
import type { KeptTexts } from './kept-texts.ts';
import type { PagePlan, SlotPlan } from './plan.ts';

/** What a page's bytes are made of. */
export interface PageParts {
  readonly plan: PagePlan;
  readonly flights: Flights;
  readonly insertions: HeadInsertions;
  /** Elements for the head, by key: they replace the template's own. */
  readonly elements: ReadonlyMap<string, string>;
  /** What is made for each page and yet mostly the same. */
  readonly texts: KeptTexts;
  /** What stands before `</body>`, asked for once all slots are sent. */
  readonly bodyEnd: () => string;
  readonly target: Target;
  /** When the request began, on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Lets the scripts of trusted fragments run. */
  readonly nonce: string | undefined;
}

/** Resolves when it is worth looking again for what a page cannot go on without. */
type Wait = () => Promise<unknown>;

/** All pieces of a page whose slots are all there. */
export function settledPieces(parts: PageParts): Piece[] {
  const pieces: Piece[] = [];
  if (new PageBody(parts).take(pieces)) throw new Error('a slot is not there');
  return pieces;
}

/**
 * The page's bytes as they come: static parts at once, slots in template order, late ones before `</body>`. What is ready
 * in one turn of the event loop leaves in one piece: every write of its own costs 9 µs. `end` is called when all is sent,
 * or nobody wants the rest.
 */
export async function* streamPage(
  parts: PageParts,
  encode: Encoder,
  end: () => void,
): AsyncGenerator<Buffer> {
  try {
    const body = new PageBody(parts);
    let ready: Piece[] = [];
    let wait = body.take(ready);
    while (wait) {
      // Nothing more comes in this turn once a whole one has brought nothing.
      for (let known = -1; wait && known < ready.length; wait = body.take(ready)) {
        known = ready.length;
        await turn();
      }
      if (!wait) break;
      if (ready.length) yield encode(ready, false);
      ready = [];
      await wait();
      wait = body.take(ready);
    }
    yield encode(ready, true);
  } finally {
    end();
  }
}

/** Until everything that is there in this turn of the event loop has been read. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A page on its way: walks the template once, as far as the slots are there. */
class PageBody {
  readonly #parts: PageParts;
  readonly #plans: ReadonlyMap<string, SlotPlan>;
  /** Of the elements for the head those that replace none of the template's. */
  readonly #unused: Map<string, string>;
  /** Keys of the links that the page has. */
  readonly #linked: Set<string>;
  /** Slots that were not there in time, to come before `</body>`. */
  readonly #late: Flight[] = [];
  #arrivals: Arrivals | undefined;
  #next = 0;

  constructor(parts: PageParts) {
    this.#parts = parts;
    this.#plans = new Map(parts.plan.slots.map((slotPlan) => [slotPlan.slot.id, slotPlan]));
    this.#unused = new Map(parts.elements);
    this.#linked = new Set([...parts.insertions.linked, ...parts.elements.keys()]);
  }

  /** Adds what is there to `ready`, in the order of the page; answers what the rest waits for, undefined at the end. */
  take(ready: Piece[]): Wait | undefined {
    const { parts } = this.#parts.plan.page.compiled;
    for (let part = parts[this.#next]; part; part = parts[++this.#next]) {
      const wait = this.#takePart(part, ready);
      if (wait) return wait;
    }
    return undefined;
  }

  #takePart(part: TemplatePart, ready: Piece[]): Wait | undefined {
    const { insertions, elements, texts } = this.#parts;
    if (part.kind === 'static') ready.push(part.piece);
    else if (part.kind === 'head-element') {
      const replacement = elements.get(part.key);
      // The first of several goes, replaced; the others of the same key go without.
      if (replacement === undefined) ready.push(part.piece);
      else if (this.#unused.delete(part.key)) ready.push(ownPiece(replacement));
    } else if (part.kind === 'slot') {
      const slotPlan = this.#plans.get(part.slot.id);
      return slotPlan && this.#takeSlot(slotPlan, ready);
    } else if (part.at === 'head-start') ready.push(texts.piece(insertions.start));
    else if (part.at === 'head-end') {
      ready.push(ownPiece([...this.#unused.values()].join('')), texts.piece(insertions.end));
    } else return this.#takeLast(ready);
    return undefined;
  }

  /** A slot in its place, if it is there in time. */
  #takeSlot(slotPlan: SlotPlan, ready: Piece[]): Wait | undefined {
    const { plan, flights, startedAt, nonce } = this.#parts;
    const { slot, problem } = slotPlan;
    const flight = flights.get(slot.id);
    if (!flight) {
      ready.push(slot.open[problem ? 'error' : 'ready'], problem ? slot.error : slot.content);
    } else if (flight.result) {
      const { state, pieces } = slotContent(slotPlan, flight.result, nonce);
      const shadow = slot.shadow && state !== 'error';
      ready.push(stylesBefore(flight, this.#linked), openTag(slotPlan, state, flight.result));
      if (shadow) ready.push(SHADOW_START);
      ready.push(...pieces);
      if (shadow) ready.push(SHADOW_END);
    } else {
      const until =
        slot.deferredMs === undefined || plan.whole ? undefined : startedAt + slot.deferredMs;
      if (until === undefined || performance.now() < until) return () => settledBy(flight, until);
      this.#late.push(flight);
      ready.push(slot.open.pending, slot.content);
    }
    ready.push(slot.close);
    return undefined;
  }

  /** What stands before `</body>`: late fragments as they come. */
  #takeLast(ready: Piece[]): Wait | undefined {
    const { target, bodyEnd } = this.#parts;
    if (!this.#arrivals) {
      this.#arrivals = new Arrivals(this.#late);
      if (this.#late.length > 0) ready.push(ownPiece(wholePageLink(target.path, target.query)));
    }
    const arrivals = this.#arrivals;
    for (; arrivals.left > 0; ) {
      const flight = arrivals.next();
      if (!flight) return () => arrivals.some();
      this.#takeLate(flight, ready);
    }
    ready.push(ownPiece(bodyEnd()));
    return undefined;
  }

  #takeLate(flight: Flight, ready: Piece[]): void {
    const { slot, fragment } = flight.plan;
    const { state, pieces } = slotContent(flight.plan, flight.result, this.#parts.nonce);
    const [start, content, end] = lateFragment(slot.id, state, joined(pieces), {
      shadow: slot.shadow && state !== 'error',
      version: otherVersion(flight.plan, flight.result),
      // What is the page's own may run, and so may what it trusts.
      alive: state === 'error' || fragment.options.trustsScripts,
    });
    const secret = pieces.some((piece) => piece.secret);
    ready.push(stylesBefore(flight, this.#linked), ownPiece(start));
    ready.push({ bytes: content, kept: false, secret }, ownPiece(end));
  }
}

/** What stands in a slot in the end. */
function slotContent(
  { slot, fragment, content }: SlotPlan,
  result: SlotResult | undefined,
  nonce: string | undefined,
): { state: SlotState; pieces: readonly Piece[] } {
  if (!result || result.kind === 'answer' || (result.kind === 'fallback' && !result.html))
    return { state: 'error', pieces: [slot.error] };
  const links: readonly FragmentAsset[] = result.kind === 'content' ? result.links : [];
  const styles = slot.shadow ? [ownPiece(shadowStyles(fragment, links))] : [];
  if (result.kind !== 'content')
    return {
      state: slotState(result),
      pieces: [...styles, result.html ? keptPiece(result.html) : slot.error],
    };
  const trusted = nonce !== undefined && fragment.options.trustsScripts;
  const bytes = trusted ? withNonce(result.html, result.scripts, nonce) : result.html;
  const kept = result.kept && bytes === result.html;
  const piece = { bytes, kept, secret: content?.personal === true };
  return { state: slotState(result), pieces: [...styles, piece] };
}

/** The version of HTML that another one than the manifest's made: the shell must not start that one's widget on it. */
function otherVersion({ fragment }: SlotPlan, result: SlotResult | undefined): string | undefined {
  const { manifest } = fragment;
  if (!manifest?.remote || result?.kind !== 'content') return undefined;
  return result.version === manifest.version ? undefined : result.version;
}

function openTag(plan: SlotPlan, state: SlotState, result: SlotResult | undefined): Piece {
  const tag = plan.slot.open[state];
  const version = otherVersion(plan, result);
  if (version === undefined) return tag;
  return ownPiece(tag.bytes.toString().replace(/>$/, ` version="${attributeValue(version)}">`));
}

/** Stylesheets that only the answer named: they stand before the slot, outside of what React hydrates. */
function stylesBefore({ plan: { slot, fragment }, result }: Flight, linked: Set<string>): Piece {
  if (result?.kind !== 'content' || slot.shadow) return NOTHING;
  return result.links.length + result.head.length === 0
    ? NOTHING
    : ownPiece(lateLinks(fragment, result, linked));
}

const NOTHING = keptPiece(Buffer.alloc(0));
const SHADOW_START = keptPiece('<template shadowrootmode="open">');
const SHADOW_END = keptPiece('</template>');

async function settledBy(flight: Flight, until: number | undefined): Promise<void> {
  if (until === undefined) {
    await flight.promise;
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, until - performance.now()));
  });
  await Promise.race([flight.promise, elapsed]);
  clearTimeout(timer);
}

/** The flights as they settle. */
class Arrivals {
  readonly #settled: Flight[] = [];
  #wake = () => {};
  #left: number;

  constructor(flights: readonly Flight[]) {
    this.#left = flights.length;
    for (const flight of flights) {
      flight.promise.then(() => {
        this.#settled.push(flight);
        this.#wake();
      });
    }
  }

  /** How many are yet to be taken. */
  get left(): number {
    return this.#left;
  }

  next(): Flight | undefined {
    const flight = this.#settled.shift();
    if (flight) this.#left--;
    return flight;
  }

  /** Resolves once there is one. */
  some(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#settled.length > 0) resolve();
    });
  }
}
