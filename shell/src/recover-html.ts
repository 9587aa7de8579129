import { type PageSlot, parseHtml, VERSION_ATTRIBUTE } from '@tessera/contract';
import { say } from './say.ts';
import { within } from './within.ts';

/** The header that `RESPONSE_HEADERS` of the contract has: a value of it here would put a shared chunk in front of the federation's. */
const VERSION_HEADER: typeof import('@tessera/contract').RESPONSE_HEADERS.version =
  'tessera-version';

/** How long to wait before each try, in milliseconds: what has just failed on the server will most likely fail again. */
const DELAYS_MS = [500, 2000];

/** How long the slot waits to be ready for what moves the focus into it. */
const FOCUS_TIMEOUT_MS = 2000;

/**
 * Asks again for the HTML of a slot that the server could not fill, and puts it there with `state="ready"`, as if the page
 * had come with it. Leaves the slot as it is when it cannot be had either, or when `signal` aborts. Never rejects.
 */
export async function recoverHtml(
  element: HTMLElement,
  slot: PageSlot,
  signal: AbortSignal,
): Promise<void> {
  if (slot.html === undefined) return;
  for (const delayMs of DELAYS_MS) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (signal.aborted) return;
    const answer = await fetchHtml(slot.html, AbortSignal.timeout(slot.timeoutMs));
    if (signal.aborted) return;
    if (!answer) continue;
    await place(element, answer.html);
    if (answer.version && answer.version !== slot.version)
      element.setAttribute(VERSION_ATTRIBUTE, answer.version);
    element.setAttribute('state', 'ready');
    say(element, slot, 'ready');
    return;
  }
}

async function fetchHtml(url: string, signal: AbortSignal) {
  try {
    const response = await fetch(url, { headers: { accept: 'text/html' }, signal });
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !type.startsWith('text/html')) return undefined;
    const version = response.headers.get(VERSION_HEADER);
    return { html: parseHtml(await response.text()), version };
  } catch {
    // The next try, or the widget, may do better.
    return undefined;
  }
}

async function place(element: HTMLElement, html: DocumentFragment): Promise<void> {
  const content = [...element.childNodes];
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  element.replaceChildren(html);
  if (!focused) return;
  const capture = await within(FOCUS_TIMEOUT_MS, import('./capture.ts'), () => undefined).catch(
    () => undefined,
  );
  capture?.moveFocus(focused, element, content);
}
