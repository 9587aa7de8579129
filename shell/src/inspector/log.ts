import { el } from './el.ts';
import type { InspectedSlot, SlotEvent } from './slots.ts';
import { eventText, milliseconds } from './words.ts';

/** What the shell says about all slots, as it passes, the newest first. */
export interface EventLog {
  readonly element: HTMLElement;
  add(slot: InspectedSlot, event: SlotEvent): void;
}

const MAX_LINES = 100;

export function createEventLog(): EventLog {
  const lines = el('ol', { tabindex: '0', 'aria-label': 'Events in the browser' });
  const count = el('span', { class: 'counted' }, '0');
  let passed = 0;
  return {
    element: el(
      'details',
      { class: 'log' },
      el('summary', {}, 'Events in the browser ', count),
      lines,
    ),
    add(slot, event) {
      passed++;
      count.textContent = String(passed);
      lines.prepend(
        el(
          'li',
          {},
          el('span', { class: 'number' }, milliseconds(event.ms)),
          ' ',
          el('b', {}, slot.id),
          ` ${eventText(event)}`,
        ),
      );
      lines.children[MAX_LINES]?.remove();
    },
  };
}
