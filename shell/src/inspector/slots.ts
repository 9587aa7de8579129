import type { SlotReport } from '@tessera/contract';

/** Something the shell has said about a slot. */
export interface SlotEvent {
  /** For example `tessera:failed`. */
  readonly type: string;
  /** Milliseconds since the navigation began. */
  readonly ms: number;
  /** The code of the error that it is about. */
  readonly code: string | undefined;
  /** Of `tessera:retry`: which try comes next. */
  readonly attempt: number | undefined;
  /** What the error says, and what to do about it, where that is known. */
  readonly message: string;
  readonly hint: string;
}

/** One slot of the page, of the report, or of both. */
export interface InspectedSlot {
  readonly id: string;
  readonly report: SlotReport | undefined;
  /** Undefined while the page has no such element. */
  element: Element | undefined;
  /** Oldest first; at most 50. */
  readonly events: SlotEvent[];
}

/** Told what happens to the page's slots. */
export interface SlotObserver {
  /** There is one more. */
  added(slot: InspectedSlot): void;
  /** Its attributes, its element or its events are others. */
  changed(slot: InspectedSlot): void;
  /** The shell has said something about it, which is the last of its events. */
  happened(slot: InspectedSlot, event: SlotEvent): void;
  /** Anything on the page may stand elsewhere. */
  moved(): void;
}

const EVENTS = 'idle ready loading retry starting hydrated mounted failed props'
  .split(' ')
  .map((name) => `tessera:${name}`);
const MAX_EVENTS = 50;

/**
 * Follows the slots of the page and of its report, for as long as the page lives. Those of the report come first, in its
 * order. Only looks: nothing on the page changes.
 */
export function watchSlots(reports: readonly SlotReport[], observer: SlotObserver): void {
  const slots = new Map<string, InspectedSlot>();
  const add = (id: string, report?: SlotReport, element?: Element) => {
    const slot: InspectedSlot = { id, report, element, events: [] };
    slots.set(id, slot);
    return slot;
  };

  const find = () => {
    const there = new Map<string, Element>();
    for (const element of document.querySelectorAll('fragment-slot'))
      if (!there.has(idOf(element))) there.set(idOf(element), element);
    for (const slot of slots.values()) {
      const element = there.get(slot.id);
      if (slot.element === element) continue;
      slot.element = element;
      observer.changed(slot);
    }
    for (const [id, element] of there)
      if (!slots.has(id)) observer.added(add(id, undefined, element));
  };

  for (const report of reports) observer.added(add(report.slot, report));
  find();

  new MutationObserver((mutations) => {
    if (mutations.some(({ type }) => type === 'childList')) find();
    for (const { type, target } of mutations) {
      const slot = type === 'attributes' ? slotOf(target, slots) : undefined;
      if (slot) observer.changed(slot);
    }
    observer.moved();
  }).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });

  const note = (slot: InspectedSlot | undefined, type: string, ms: number, detail: unknown) => {
    if (!slot) return;
    const { code, attempt, error = '' } = Object(detail);
    // A mark has kept no more of it than its text.
    const { message = String(error), hint = '' } = Object(error);
    const event = { type, ms, code, attempt, message, hint };
    slot.events.push(event);
    if (slot.events.length > MAX_EVENTS) slot.events.shift();
    observer.changed(slot);
    observer.happened(slot, event);
  };
  // What the shell said before is in its marks.
  for (const mark of performance.getEntriesByType('mark')) {
    const [, id = '', name] = /^tessera:([^:]+):(\w+)$/.exec(mark.name) ?? [];
    if (name) note(slots.get(id), `tessera:${name}`, mark.startTime, Reflect.get(mark, 'detail'));
  }
  for (const type of EVENTS) {
    const onEvent = (event: Event) =>
      note(
        slotOf(event.target, slots),
        type,
        event.timeStamp,
        event instanceof CustomEvent && event.detail,
      );
    // While it is captured: not all of them bubble.
    document.addEventListener(type, onEvent, { capture: true });
  }
}

function slotOf(
  target: EventTarget | null,
  slots: ReadonlyMap<string, InspectedSlot>,
): InspectedSlot | undefined {
  const slot = target instanceof Element ? slots.get(idOf(target)) : undefined;
  return slot?.element === target ? slot : undefined;
}

function idOf(element: Element): string {
  return element.getAttribute('slot-id') ?? element.getAttribute('name') ?? '';
}
