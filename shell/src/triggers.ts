import type { MountTrigger } from '@tessera/contract';

/** Calls `fire` once or more when the slot wants its widget; stops everything it started when `signal` aborts. */
type Trigger = (slot: HTMLElement, fire: () => void, signal: AbortSignal, argument: string) => void;

/** One entry per mount trigger; what stands behind `name:` is its argument. */
const TRIGGERS: Record<string, Trigger> = {
  load: (_slot, fire) => fire(),
  idle,
  visible,
  interaction,
  media,
  none() {},
};

/** How long `idle` waits for the browser to have nothing to do. */
const IDLE_TIMEOUT_MS = 2000;

/** How far below the viewport a slot counts as visible, so that its widget is there when it scrolls in. */
const VISIBLE_MARGIN = '200px';

/** Resolves when the slot wants its widget, or when `signal` aborts, whichever comes first. */
export async function triggered(
  mount: MountTrigger,
  slot: HTMLElement,
  signal: AbortSignal,
): Promise<void> {
  const [name = '', ...argument] = mount.split(':');
  const done = new AbortController();
  await Promise.race([
    whenAborted(signal),
    new Promise<void>((fire) => TRIGGERS[name]?.(slot, fire, done.signal, argument.join(':'))),
  ]);
  done.abort();
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
}

function idle(_slot: HTMLElement, fire: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(fire, { timeout: IDLE_TIMEOUT_MS });
  else setTimeout(fire, 200);
}

function visible(slot: HTMLElement, fire: () => void, signal: AbortSignal): void {
  // The slot itself is `display: contents` and has no box: IntersectionObserver would never fire for it.
  const boxes = [...slot.children].filter((child) => !child.matches('script,style,template,link'));
  if (boxes.length === 0) {
    idle(slot, fire);
    return;
  }
  const observer = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && fire(),
    { rootMargin: VISIBLE_MARGIN },
  );
  for (const box of boxes) observer.observe(box);
  signal.addEventListener('abort', () => observer.disconnect());
}

/** The pointer over the slot, a touch, the focus, or a click or submit of a script; see capture.ts for what becomes of it. */
function interaction(slot: HTMLElement, fire: () => void, signal: AbortSignal): void {
  for (const type of ['pointerover', 'pointerdown', 'focusin', 'click', 'submit'])
    slot.addEventListener(type, fire, { signal, capture: true });
}

function media(_slot: HTMLElement, fire: () => void, signal: AbortSignal, query: string): void {
  const list = matchMedia(query);
  if (list.matches) fire();
  else list.addEventListener('change', () => list.matches && fire(), { signal });
}
