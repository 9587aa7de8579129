import { type Box, boxOf } from './box.ts';
import { el } from './el.ts';
import type { InspectedSlot } from './slots.ts';
import { describeSlot } from './words.ts';

/** A frame with a label around every slot that shows something. */
export interface Outlines {
  readonly layer: HTMLElement;
  /** Draws a slot, or draws it anew. */
  draw(slot: InspectedSlot): void;
  /** Lets one slot stand out, or none. */
  highlight(slot: InspectedSlot | undefined): void;
  /** Puts all frames where their slots are, in the next frame of the browser. */
  place(): void;
}

interface Outline {
  readonly frame: HTMLElement;
  readonly label: HTMLElement;
}

/** Keeps labels off the window's edge, and apart from each other. */
const GAP = 2;

/** Between a frame and what it stands around. */
const MARGIN = 4;

/** `onPick` is called when a label is pressed. */
export function createOutlines(onPick: (slot: InspectedSlot) => void): Outlines {
  const layer = el('div', { class: 'outlines', role: 'group', 'aria-label': 'Slots of the page' });
  const outlines = new Map<InspectedSlot, Outline>();
  let requested = false;

  function create(slot: InspectedSlot): Outline {
    // The panel's rows are the way of the keyboard; a second one would double every step.
    const label = el('button', { class: 'label', type: 'button', tabindex: '-1' });
    const outline = { frame: el('div', { class: 'outline' }, label), label };
    label.addEventListener('click', () => onPick(slot));
    layer.append(outline.frame);
    outlines.set(slot, outline);
    return outline;
  }

  function place(): void {
    if (!requested) requestAnimationFrame(placeNow);
    requested = true;
  }

  function placeNow(): void {
    requested = false;
    if (layer.hidden) return;
    const boxes = [...outlines].map(([slot, outline]) => ({
      ...outline,
      box: frameBox(slot.element && boxOf(slot.element)),
    }));
    // First all frames, then all labels: every change between two measurements would cost a layout.
    for (const { frame, box } of boxes) {
      frame.hidden = !box;
      if (!box) continue;
      frame.style.translate = `${box.left}px ${box.top}px`;
      frame.style.width = `${box.right - box.left}px`;
      frame.style.height = `${box.bottom - box.top}px`;
    }
    const labels = boxes.flatMap(({ label, box }) =>
      box ? [{ label, box, width: label.offsetWidth, height: label.offsetHeight }] : [],
    );
    const taken: Box[] = [];
    for (const { label, box, width, height } of labels) {
      const at = labelBox(box, width, height, taken);
      taken.push(at);
      label.style.translate = `${at.left - box.left}px ${at.top - box.top}px`;
    }
  }

  return {
    layer,
    draw(slot) {
      const { frame, label } = outlines.get(slot) ?? create(slot);
      const { fragment, team, state, widget, cause, time, size, cache, repairs } =
        describeSlot(slot);
      // What the server did well is no comfort when the widget has failed.
      frame.dataset.state = widget === 'failed' ? 'error' : state;
      frame.dataset.slot = slot.id;
      const facts = [
        fragment,
        team && `team ${team}`,
        time,
        size,
        cache && `cache ${cache}`,
        repairs,
        cause,
      ];
      label.replaceChildren(
        el(
          'span',
          { class: 'names' },
          el('b', {}, slot.id),
          ' ',
          el('span', {}, state),
          ...(widget ? [' ', el('span', { class: 'widget', 'data-widget': widget }, widget)] : []),
        ),
        ' ',
        el('span', { class: 'facts' }, facts.filter((fact) => fact).join(' · ')),
      );
      place();
    },
    highlight(slot) {
      for (const [one, { frame }] of outlines) frame.classList.toggle('active', one === slot);
      place();
    },
    place,
  };
}

/** A little outside of what the slot shows; undefined where the window shows none of it. */
function frameBox(box: Box | undefined): Box | undefined {
  if (!box || box.right < 0 || box.bottom < 0) return undefined;
  if (box.left > innerWidth || box.top > innerHeight) return undefined;
  return {
    left: Math.max(0, box.left - MARGIN),
    top: box.top - MARGIN,
    right: Math.min(document.documentElement.clientWidth, box.right + MARGIN),
    bottom: box.bottom + MARGIN,
  };
}

/** Above its frame, else at the upper edge of what is to be seen of it; below other labels where it would cover them. */
function labelBox(frame: Box, width: number, height: number, taken: readonly Box[]): Box {
  const left = Math.max(0, Math.min(frame.left, innerWidth - width - GAP));
  const highest = Math.min(Math.max(GAP, frame.top - height), frame.bottom - height);
  let box = { left, top: highest, right: left + width, bottom: highest + height };
  for (let tries = 0; tries < taken.length; tries++) {
    const covered = taken.find((other) => overlap(other, box));
    if (!covered) break;
    box = { ...box, top: covered.bottom + GAP, bottom: covered.bottom + GAP + height };
  }
  return box;
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
