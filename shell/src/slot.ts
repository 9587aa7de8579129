import type { FragmentSlotElement, PageData, PageSlot, WidgetState } from '@tessera/contract';
import { logError, pageDataInvalid, shellLoadFailed } from './boot-errors.ts';
import type { captureActions } from './capture.ts';
import { showError } from './error-markup.ts';
import type { Starter } from './federation.ts';
import { isParsed, type Parsing } from './parsing.ts';
import { preloadModules } from './preload.ts';
import { triggered, whenAborted } from './triggers.ts';
import { within } from './within.ts';

/** What all slots of a page share. */
export interface Services {
  readonly parsing: Parsing;
  readonly page: Promise<PageData | undefined>;
  /** Gets the federation chunk, once for all; rejects when its retries have failed too. */
  loadStarter(): Promise<Starter>;
  /** Gets what holds back early actions; undefined when its chunk does not come: then the browser keeps them. */
  loadCapture(): Promise<typeof captureActions | undefined>;
}

/**
 * One slot from the moment it is in the document until `signal` aborts because it is not: waits until its HTML is
 * complete, then for its trigger, loads its remote and starts the widget; a client-only slot does so again when its button
 * is pressed. Its `widget` attribute and its events tell how far it is. Resolves when nothing of it runs any more, with
 * whether a widget has stood here; never rejects.
 *
 * With `used` the server's HTML is no longer the server's: the widget is mounted, never hydrated.
 */
export async function runSlot(
  element: FragmentSlotElement,
  services: Services,
  signal: AbortSignal,
  used: boolean,
): Promise<boolean> {
  const page = await services.page;
  const slot = page?.slots[element.getAttribute('slot-id') ?? ''];
  if (!page || !slot || signal.aborted) return used;
  const capture = slot.mount === 'interaction' ? await services.loadCapture() : undefined;
  element.setAttribute('widget', 'idle');
  await services.parsing.until(() => isParsed(element));
  await placed(element, signal);
  const fired = triggered(slot.mount, element, signal);
  const held = capture?.(element);
  const takeActions = () => held?.take() ?? [];
  await fired;

  const content = [...element.childNodes];
  while (!signal.aborted) {
    element.setAttribute('widget', 'loading');
    try {
      const remote = page.remotes[slot.fragment];
      if (!remote) throw pageDataInvalid(`names no remote of "${slot.fragment}"`);
      const deadline = performance.now() + remote.timeoutMs;
      preloadModules(document, remote.js);
      const { startSlot } = await within(remote.timeoutMs, services.loadStarter(), shellLoadFailed);
      const hydrates = !used && hasServerHtml(element, slot);
      const widget = await startSlot(
        { element, slot, remote, deadline, content, hydrates, takeActions },
        signal,
      );
      used = true;
      if (!signal.aborted) settle(element, widget.state);
      await Promise.race([widget.failed, whenAborted(signal)]);
      widget.stop();
    } catch (error) {
      if (signal.aborted) break;
      logError(error);
      const retry = slot.render === 'client' && showError(element, content);
      settle(element, 'failed', error);
      // Without a widget the browser does what was held back.
      void held?.leaveToBrowser();
      if (!retry) return used;
      await Promise.race([pressed(retry), whenAborted(signal)]);
    }
  }
  takeActions();
  element.setAttribute('widget', 'idle');
  return used;
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

/** The button keeps the focus while it is tried again; pressing it then does nothing. */
function pressed(button: HTMLElement): Promise<void> {
  return new Promise((resolve) => {
    button.onclick = () => {
      button.ariaDisabled = 'true';
      resolve();
    };
  });
}

/** Says how it ended, as the `widget` attribute and as a bubbling event `tessera:<state>` on the slot. */
function settle(element: HTMLElement, state: WidgetState, error?: unknown): void {
  element.setAttribute('widget', state);
  const { code } = Object(error);
  const detail = error && { code, error };
  element.dispatchEvent(new CustomEvent(`tessera:${state}`, { bubbles: true, detail }));
}
