import type { EventBus, PageData, PageSlot, WidgetContext, WidgetState } from '@tessera/contract';
import { CompositionError, fragmentBase } from '@tessera/contract';
import { logError, pageDataInvalid } from './errors.ts';
import { isParsed, type Parsing } from './parsing.ts';
import type { Remotes } from './remotes.ts';
import { triggered, whenAborted } from './triggers.ts';
import { showErrorMarkup, startWidget } from './widget.ts';

/** What all slots of a page share. */
export interface Services {
  readonly parsing: Parsing;
  readonly page: Promise<PageData | undefined>;
  readonly remotes: Remotes;
}

/**
 * One slot from the moment it is in the document until `signal` aborts because it is not: waits until its HTML is
 * complete, then for its trigger, loads its remote and starts the widget. Its `widget` attribute and its events tell how
 * far it is. Resolves when nothing of it runs any more, with whether a widget has stood here; never rejects.
 *
 * With `used` the server's HTML is no longer the server's: the widget is mounted, never hydrated.
 */
export async function runSlot(
  element: HTMLElement,
  services: Services,
  signal: AbortSignal,
  used: boolean,
): Promise<boolean> {
  const page = await services.page;
  const id = element.getAttribute('slot-id') ?? '';
  const slot = page?.slots[id];
  if (!page || !slot || signal.aborted) return used;
  element.setAttribute('widget', 'idle');
  await services.parsing.until(() => isParsed(element));
  await placed(element, signal);
  await triggered(slot.mount, element, signal);
  if (signal.aborted) return used;

  element.setAttribute('widget', 'loading');
  const hydrates = !used && hasServerHtml(element, slot);
  try {
    const remote = page.remotes[slot.fragment];
    if (!remote) throw pageDataInvalid(`names no remote of "${slot.fragment}"`);
    const { module, styled, events } = await services.remotes.load(slot.fragment, remote);
    if (!hydrates) await styled;
    if (signal.aborted) return used;
    const context = createContext(id, slot, events, signal);
    const widget = await startWidget(module, element, slot.props, context, {
      hydrates,
      timeoutMs: remote.timeoutMs,
    });
    if (!signal.aborted) settle(element, widget.state);
    await whenAborted(signal);
    widget.stop();
    element.setAttribute('widget', 'idle');
    return true;
  } catch (error) {
    if (signal.aborted) return used;
    logError(error);
    if (slot.render === 'client') showErrorMarkup(element);
    settle(element, 'failed', error);
    return used;
  }
}

function hasServerHtml(element: HTMLElement, slot: PageSlot): boolean {
  return slot.render === 'server' && /^(ready|stale)$/.test(element.getAttribute('state') ?? '');
}

/** Resolves when the slot is not (or no longer) waiting for its fragment to come later in the stream. */
function placed(element: HTMLElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (element.getAttribute('state') === 'pending' && !signal.aborted) return;
      observer.disconnect();
      resolve();
    };
    const observer = new MutationObserver(check);
    observer.observe(element, { attributeFilter: ['state'] });
    whenAborted(signal).then(check);
    check();
  });
}

function createContext(
  id: string,
  { fragment, version, html }: PageSlot,
  events: EventBus,
  signal: AbortSignal,
): WidgetContext {
  return {
    slot: { id, fragment, version, ...(html === undefined ? {} : { html }) },
    base: fragmentBase(fragment),
    events,
    signal,
  };
}

/** Says how it ended, as the `widget` attribute and as a bubbling event `tessera:<state>` on the slot. */
function settle(element: HTMLElement, state: WidgetState, error?: unknown): void {
  element.setAttribute('widget', state);
  const code = error instanceof CompositionError ? error.code : undefined;
  const detail = error === undefined ? undefined : { code, error };
  element.dispatchEvent(new CustomEvent(`tessera:${state}`, { bubbles: true, detail }));
}
