import type { FragmentModule, Handle, WidgetContext } from '@tessera/contract';
import { badgeLabel, badgeText } from './badge-html.ts';

/** The browser half: the server's badge is right when the page is made, this keeps it so. */
const badge: Required<FragmentModule> = {
  hydrate: (root, _props, context) => start(root, context),
  async mount(root, _props, context) {
    root.append(...(await fetchBadge(context)));
    return start(root, context);
  },
};
export default badge;

function start(root: HTMLElement, context: WidgetContext): Handle {
  const running = new AbortController();
  const { signal } = running;
  context.signal.addEventListener('abort', () => running.abort(), { signal });
  context.events.on('cart:changed', ({ items }) => show(root, items), { signal });
  // A page from the back/forward cache shows the count of when it was left.
  const refresh = async ({ persisted }: PageTransitionEvent) => {
    if (persisted) root.replaceChildren(...(await fetchBadge(context)));
  };
  addEventListener('pageshow', (event) => void refresh(event).catch(reportError), { signal });
  return { unmount: () => running.abort() };
}

/** Not a live region: who changes the cart says so where it is changed. */
function show(root: HTMLElement, items: number): void {
  const count = root.querySelector<HTMLElement>('.cart-badge-count');
  if (!count) return;
  count.parentElement?.setAttribute('aria-label', badgeLabel(items));
  count.textContent = badgeText(items);
  count.dataset.items = String(items);
  count.animate?.([{ transform: 'scale(1.35)' }, { transform: 'none' }], {
    duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 300,
    easing: 'ease-out',
  });
}

async function fetchBadge({ base, slot: { html }, signal }: WidgetContext) {
  const response = await fetch(html ?? `${base}badge`, {
    headers: { accept: 'text/html' },
    signal,
  });
  if (!response.ok) throw new Error(`The badge answered ${response.status}.`);
  return new DOMParser().parseFromString(await response.text(), 'text/html').body.childNodes;
}
