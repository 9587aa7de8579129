import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals/attribution';

/** How one of Core Web Vitals and their relatives came out. */
export interface VitalReport {
  readonly name: string;
  /** Milliseconds; of CLS a score. */
  readonly value: number;
  readonly rating: string;
  /** The slot in which the element stands that it is about, where there is one. */
  readonly slot?: string;
  /** That element, as a selector. */
  readonly element?: string;
}

/** Measures Core Web Vitals, first paint and first byte, and notes in which slot they happened. */
export function watchVitals(): { takeNews(): VitalReport[] } {
  const news = new Map<string, VitalReport>();
  const slots = new Map<string, string>();

  const note = ({ name, value, rating }: VitalReport, element?: string) => {
    const slot = element && slots.get(element);
    const rounded = name === 'CLS' ? Math.round(value * 10_000) / 10_000 : Math.round(value);
    const where = { ...(slot && { slot }), ...(element && { element }) };
    news.set(name, { name, value: rounded, rating, ...where });
  };

  /** Called while the element is still where it was. */
  const generateTarget = (node: Node | null): string | undefined => {
    const element = node instanceof Element ? node : node?.parentElement;
    if (!element) return undefined;
    const slot = element.closest('fragment-slot')?.getAttribute('slot-id') ?? undefined;
    const selector = describe(element, slot);
    if (slot !== undefined) slots.set(selector, slot);
    return selector;
  };

  // As they come, so that what is known is there whenever the visitor leaves.
  const options = { reportAllChanges: true, generateTarget };
  onTTFB((metric) => note(metric));
  onFCP((metric) => note(metric));
  onLCP((metric) => note(metric, metric.attribution.target), options);
  onCLS((metric) => note(metric, metric.attribution.largestShiftTarget), options);
  onINP((metric) => note(metric, metric.attribution.interactionTarget), options);

  return {
    takeNews() {
      const taken = [...news.values()];
      news.clear();
      return taken;
    },
  };
}

function describe(element: Element, slot: string | undefined): string {
  const id = element.id && `#${element.id}`;
  const classes = [...element.classList].map((name) => `.${name}`).join('');
  const place = slot === undefined ? '' : `[slot-id=${slot}] `;
  return `${place}${element.localName}${id || classes}`.slice(0, 100);
}
