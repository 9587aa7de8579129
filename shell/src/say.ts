import type { PageSlot, SlotEventDetail, WidgetState } from '@tessera/contract';
import { WIDGET_ERROR_ATTRIBUTE } from '@tessera/contract';

/**
 * Says something about a slot: as a bubbling event `tessera:<type>` on it, and as a performance mark
 * `tessera:<slot-id>:<type>`. From `loading` to an end (`hydrated`, `mounted`, `failed`) is measured as `tessera:<slot-id>`.
 */
export function say(
  element: HTMLElement,
  { fragment, version }: PageSlot,
  type: string,
  more: Partial<SlotEventDetail> = {},
): void {
  const slot = element.getAttribute('slot-id') ?? '';
  const name = `tessera:${slot}`;
  const mark = `${name}:${type}`;
  const detail = { slot, fragment, version, ...more };
  // An error may hold what cannot be cloned; its message can.
  const kept = { ...detail, type, error: `${more.error ?? ''}` };
  // Only the last one of a name is kept: pages that stay open for hours must not grow.
  performance.clearMarks(mark);
  performance.mark(mark, { detail: kept });
  if (/ed$/.test(type)) {
    performance.clearMeasures(name);
    try {
      performance.measure(name, { start: `${name}:loading`, detail: kept });
    } catch {
      // Somebody on the page has cleared the marks.
    }
  }
  element.dispatchEvent(new CustomEvent(`tessera:${type}`, { bubbles: true, detail }));
}

/** Says how far a slot's widget is, also as its `widget` attribute, and with the error's code as `widget-error`. */
export function sayState(
  element: HTMLElement,
  slot: PageSlot,
  state: WidgetState,
  error?: unknown,
): void {
  const { code } = Object(error);
  element.setAttribute('widget', state);
  element.removeAttribute(WIDGET_ERROR_ATTRIBUTE);
  if (code) element.setAttribute(WIDGET_ERROR_ATTRIBUTE, code);
  say(element, slot, state, error ? { code, error } : {});
}
