import type { FragmentAsset, SlotState } from '@tessera/contract';
import { withNonce } from './contain/script-places.ts';
import { lateFragment, wholePageLink } from './deferred.ts';
import { type SlotResult, slotState } from './fetch.ts';
import type { Flight, Flights } from './flights.ts';
import { type HeadInsertions, lateLinks, shadowStyles } from './insertions.ts';
import { attributeValue } from './json-in-html.ts';
import type { KeptTexts } from './kept-texts.ts';
import { type Encoder, joined, keptPiece, ownPiece, type Piece } from './piece.ts';
import type { PagePlan, SlotPlan } from './plan.ts';
import type { Target } from './target.ts';

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

/** What a page cannot go on without; to be looked at again once it is over. */
interface Wait {
  readonly over: () => Promise<unknown>;
}

/** All pieces of a page whose slots are all there. */
export function settledPieces(parts: PageParts): Piece[] {
  const pieces: Piece[] = [];
  for (const piece of pagePieces(parts)) if ('bytes' in piece) pieces.push(piece);
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
    let ready: Piece[] = [];
    let waited = false;
    for (const piece of pagePieces(parts)) {
      if ('bytes' in piece) {
        ready.push(piece);
        waited = false;
        continue;
      }
      if (!waited) {
        await turn();
        waited = true;
        continue;
      }
      if (ready.length) yield encode(ready, false);
      ready = [];
      await piece.over();
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

/** A page's pieces; a wait is repeated until what it waits for is there. */
function* pagePieces(parts: PageParts): Generator<Piece | Wait> {
  const { plan, insertions, elements, texts } = parts;
  const plans = new Map(plan.slots.map((slotPlan) => [slotPlan.slot.id, slotPlan]));
  const unused = new Map(elements);
  const linked = new Set([...insertions.linked, ...elements.keys()]);
  const late: Flight[] = [];
  for (const part of plan.page.compiled.parts) {
    if (part.kind === 'static') yield keptPiece(part.bytes);
    else if (part.kind === 'head-element') {
      const replacement = elements.get(part.key);
      // The first of several goes, replaced; the others of the same key go without.
      if (replacement === undefined) yield keptPiece(part.bytes);
      else if (unused.delete(part.key)) yield ownPiece(replacement);
    } else if (part.kind === 'slot') {
      const slotPlan = plans.get(part.slot.id);
      if (slotPlan) yield* slotPieces(parts, slotPlan, linked, late);
    } else if (part.at === 'head-start') yield texts.piece(insertions.start);
    else if (part.at === 'head-end') {
      yield ownPiece([...unused.values()].join(''));
      yield texts.piece(insertions.end);
    } else yield* lastPieces(parts, linked, late);
  }
}

/** A slot in its place; one that is not there in time joins `late`. */
function* slotPieces(
  { plan, flights, startedAt, nonce }: PageParts,
  slotPlan: SlotPlan,
  linked: Set<string>,
  late: Flight[],
): Generator<Piece | Wait> {
  const { slot, problem } = slotPlan;
  const flight = flights.get(slot.id);
  if (!flight) {
    yield keptPiece(slot.open[problem ? 'error' : 'ready']);
    yield keptPiece(problem ? slot.error : slot.content);
    yield keptPiece(slot.close);
    return;
  }
  const until =
    slot.deferredMs === undefined || plan.whole ? undefined : startedAt + slot.deferredMs;
  while (!flight.result && (until === undefined || performance.now() < until)) {
    yield { over: () => settledBy(flight, until) };
  }
  if (!flight.result) {
    late.push(flight);
    yield keptPiece(slot.open.pending);
    yield keptPiece(slot.content);
    yield keptPiece(slot.close);
    return;
  }
  const { state, pieces } = slotContent(slotPlan, flight.result, nonce);
  const shadow = slot.shadow && state !== 'error';
  yield stylesBefore(flight, linked);
  yield openTag(slotPlan, state, flight.result);
  if (shadow) yield keptPiece(SHADOW_START);
  yield* pieces;
  if (shadow) yield keptPiece(SHADOW_END);
  yield keptPiece(slot.close);
}

/** What stands before `</body>`: late fragments as they come. */
function* lastPieces(
  { target, bodyEnd, nonce }: PageParts,
  linked: Set<string>,
  late: readonly Flight[],
): Generator<Piece | Wait> {
  if (late.length > 0) yield ownPiece(wholePageLink(target.path, target.query));
  const arrivals = new Arrivals(late);
  for (let left = late.length; left > 0; left--) {
    let flight = arrivals.next();
    while (!flight) {
      yield { over: () => arrivals.some() };
      flight = arrivals.next();
    }
    const { slot, fragment } = flight.plan;
    const { state, pieces } = slotContent(flight.plan, flight.result, nonce);
    const html = joined(pieces);
    const secret = pieces.some((piece) => piece.secret);
    yield stylesBefore(flight, linked);
    const [start, content, end] = lateFragment(slot.id, state, html, {
      shadow: slot.shadow && state !== 'error',
      version: otherVersion(flight.plan, flight.result),
      // What is the page's own may run, and so may what it trusts.
      alive: state === 'error' || fragment.options.trustsScripts,
    });
    yield ownPiece(start);
    yield { bytes: content, kept: false, secret };
    yield ownPiece(end);
  }
  yield ownPiece(bodyEnd());
}

/** What stands in a slot in the end. */
function slotContent(
  { slot, fragment, content }: SlotPlan,
  result: SlotResult | undefined,
  nonce: string | undefined,
): { state: SlotState; pieces: readonly Piece[] } {
  if (!result || result.kind === 'answer' || (result.kind === 'fallback' && !result.html))
    return { state: 'error', pieces: [keptPiece(slot.error)] };
  const links: readonly FragmentAsset[] = result.kind === 'content' ? result.links : [];
  const styles = slot.shadow ? [ownPiece(shadowStyles(fragment, links))] : [];
  if (result.kind !== 'content')
    return { state: slotState(result), pieces: [...styles, keptPiece(result.html ?? slot.error)] };
  const trusted = nonce !== undefined && fragment.options.trustsScripts;
  const bytes = trusted ? withNonce(result.html, result.scripts, nonce) : result.html;
  const kept = result.entry?.answer.body === bytes;
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
  if (version === undefined) return keptPiece(tag);
  return ownPiece(tag.toString().replace(/>$/, ` version="${attributeValue(version)}">`));
}

/** Stylesheets that only the answer named: they stand before the slot, outside of what React hydrates. */
function stylesBefore({ plan: { slot, fragment }, result }: Flight, linked: Set<string>): Piece {
  if (result?.kind !== 'content' || slot.shadow) return NOTHING;
  return result.links.length + result.head.length === 0
    ? NOTHING
    : ownPiece(lateLinks(fragment, result, linked));
}

const NOTHING = keptPiece(Buffer.alloc(0));
const SHADOW_START = Buffer.from('<template shadowrootmode="open">');
const SHADOW_END = Buffer.from('</template>');

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

  constructor(flights: readonly Flight[]) {
    for (const flight of flights) {
      flight.promise.then(() => {
        this.#settled.push(flight);
        this.#wake();
      });
    }
  }

  next(): Flight | undefined {
    return this.#settled.shift();
  }

  /** Resolves once there is one. */
  some(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#settled.length > 0) resolve();
    });
  }
}
