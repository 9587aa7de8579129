import { firstBoxed } from './box.ts';
import { el } from './el.ts';
import css from './inspector.css?inline';
import { createEventLog } from './log.ts';
import { createOutlines } from './outlines.ts';
import { createPanel } from './panel.ts';
import { readReport } from './report.ts';
import { type InspectedSlot, watchSlots } from './slots.ts';

// The module of `?tessera=inspect`. It imports nothing that boot does: boot must stay one file.

/** What a label above a slot needs, in pixels. */
const LABEL_HEIGHT = 32;

const result = readReport(document);
const outlines = createOutlines((slot) => panel.focus(slot));
const log = createEventLog();
const panel = createPanel(result, log.element, {
  highlight: outlines.highlight,
  reveal,
  showOutlines(show) {
    outlines.layer.hidden = !show;
    outlines.place();
  },
});

attach(el('aside', { 'aria-label': 'Tessera inspector' }, panel.dock, outlines.layer));
watchSlots(result.report?.slots ?? [], {
  added: draw,
  changed: draw,
  happened: log.add,
  moved: outlines.place,
});

const resized = new ResizeObserver(outlines.place);
resized.observe(document.documentElement);
resized.observe(document.body);
// Pictures and fonts that come, scrolling in any box, and transitions move slots without a change of the document.
for (const type of ['scroll', 'resize', 'load', 'transitionend', 'animationend', 'toggle'])
  addEventListener(type, outlines.place, { capture: true, passive: true });

addEventListener('keydown', (event) => {
  // In the page, Escape is the page's.
  const { activeElement } = document;
  const ours = activeElement === document.body || activeElement?.localName === 'tessera-inspector';
  if (event.key === 'Escape' && !event.defaultPrevented && ours && panel.close())
    event.preventDefault();
});

function draw(slot: InspectedSlot): void {
  outlines.draw(slot);
  panel.draw(slot);
}

/** Puts it in front of everything, in a shadow root: neither the page's styles nor these reach into the other. */
function attach(content: HTMLElement): void {
  const host = document.createElement('tessera-inspector');
  const styles = new CSSStyleSheet();
  styles.replaceSync(css);
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [styles];
  root.append(content);
  host.popover = 'manual';
  // Before the body, so that it is the first that Tab comes to.
  document.documentElement.insertBefore(host, document.body);
  host.showPopover();
}

/** Scrolls to a slot unless it is to be seen above the panel, or at least as much of it as there is room for. */
function reveal({ element }: InspectedSlot, bottom: number): void {
  const shown = element && firstBoxed(element);
  if (!shown) return;
  const seen = shown.getBoundingClientRect();
  const room = Math.min(seen.height, bottom - LABEL_HEIGHT);
  if (seen.top >= LABEL_HEIGHT && seen.top + room <= bottom) return;
  // Through every scrolled box around it; the window then goes on to where the panel does not cover it.
  shown.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  scrollBy({
    top: shown.getBoundingClientRect().top - Math.max(LABEL_HEIGHT, (bottom - room) / 2),
    behavior: still ? 'instant' : 'smooth',
  });
}
