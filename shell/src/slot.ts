import type { FragmentSlotElement, PageData } from '@tessera/contract';
import { VERSION_ATTRIBUTE } from '@tessera/contract';
import { logError, shellLoadFailed } from './boot-errors.ts';
import type { captureActions } from './capture.ts';
import { showError } from './error-markup.ts';
import type { Starter } from './federation.ts';
import { isParsed, type Parsing } from './parsing.ts';
import { preloadRemote } from './preload.ts';
import { sayState } from './say.ts';
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
  /** Resolves when the visitor, who has left the page, is back on it; undefined while the visitor is there. */
  whenBack(): Promise<unknown> | undefined;
  /** Gets what asks again for the HTML of slots that the server could not fill; rejects when it does not come in time. */
  loadRecovery(): Promise<typeof import('./recovery.ts')>;
}

/**
 * One slot that the page's data names, from the moment it is in the document until `signal` aborts because it is not: waits until its HTML is
 * complete, asks for it again when the server had none, waits for its trigger, loads its remote and starts the widget; a
 * client-only slot does so again when its button is pressed. Without a remote its HTML is all that it may get. Its `widget` attribute and its events tell how far it is.
 * Resolves when nothing of it runs any more, with whether a widget has stood here; never rejects.
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
  const current = page.remotes[slot.fragment];
  const capture = slot.mount === 'interaction' ? await services.loadCapture() : undefined;
  const ended = whenAborted(signal);
  if (current) sayState(element, slot, 'idle');
  const state = () => element.getAttribute('state') ?? '';
  await services.parsing.until(() => isParsed(element) && state() !== 'pending');
  // A page that ends before a slot's fragment came has broken off.
  if (!used && /^(error|fallback|pending)$/.test(state())) {
    // Without its chunk the widget is all that is left to try.
    await services.loadRecovery().then(
      ({ recoverHtml }) => recoverHtml(element, slot, signal),
      () => {},
    );
  }
  if (!current) return used;
  const fired = triggered(slot.mount, element, signal);
  const held = capture?.(element);
  await fired;

  const content = [...element.childNodes];
  while (!signal.aborted) {
    sayState(element, slot, 'loading');
    try {
      const version = element.getAttribute(VERSION_ATTRIBUTE) ?? slot.version;
      const own = page.remotes[`${slot.fragment}@${version}`];
      const remote = own ?? current;
      const deadline = performance.now() + remote.timeoutMs;
      preloadRemote(document, remote);
      const { startSlot } = await within(remote.timeoutMs, services.loadStarter(), shellLoadFailed);
      const hydrates =
        !used &&
        (own !== undefined || version === slot.version) &&
        slot.render === 'server' &&
        /^(ready|stale)$/.test(state());
      const widget = await startSlot(
        { element, slot, remote, deadline, content, hydrates, held },
        signal,
      );
      used = true;
      if (!signal.aborted) sayState(element, slot, widget.state);
      await Promise.race([widget.failed, ended]);
      widget.stop();
    } catch (error) {
      if (signal.aborted) break;
      const back = services.whenBack();
      if (back) {
        // What breaks while the visitor leaves is no failure; from the browser's cache the page goes on.
        await Promise.race([back, ended]);
        continue;
      }
      logError(error);
      const retry = slot.render === 'client' && showError(element, content);
      sayState(element, slot, 'failed', error);
      // Without a widget the browser does what was held back.
      void held?.leaveToBrowser();
      await Promise.race([online(signal), ended, ...(retry ? [pressed(retry)] : [])]);
    }
  }
  held?.drop();
  sayState(element, slot, 'idle');
  return used;
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

/** Resolves when the browser has its network back. */
function online(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => addEventListener('online', resolve, { once: true, signal }));
}
