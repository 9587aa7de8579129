import type { FragmentModule, Handle, WidgetContext } from '@tessera/contract';
import type { CartChanged } from '../../events.ts';
import { whenCartMayBeOld } from '../cart-news.ts';
import { fetchCart } from '../fetch-cart.ts';
import { fetchHtml } from '../fetch-html.ts';
import { siblingBase } from '../sibling-base.ts';
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
  let known: CartChanged | undefined;
  context.events.on(
    'cart:changed',
    (cart) => {
      known = cart;
      show(root, cart.items);
    },
    { signal },
  );
  const refresh = async () => {
    const cart = await fetchCart(siblingBase(context.base, 'cart'), signal);
    if (!cart) return;
    const { items, totalCents } = cart;
    // Also whoever else shows something of the cart hears of it.
    const isNew = known ? known.totalCents !== totalCents : shown(root) !== items;
    if (isNew || shown(root) !== items)
      context.events.emit('cart:changed', { items, totalCents }, { sticky: true });
  };
  whenCartMayBeOld(() => void refresh(), signal);
  return { unmount: () => running.abort() };
}

function shown(root: HTMLElement): number {
  return Number(root.querySelector<HTMLElement>('.cart-badge-count')?.dataset.items);
}

/** Not a live region: who changes the cart says so where it is changed. */
function show(root: HTMLElement, items: number): void {
  const count = root.querySelector<HTMLElement>('.cart-badge-count');
  if (!count || shown(root) === items) return;
  count.parentElement?.setAttribute('aria-label', badgeLabel(items));
  count.textContent = badgeText(items);
  count.dataset.items = String(items);
  count.animate?.([{ transform: 'scale(1.35)' }, { transform: 'none' }], {
    duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 300,
    easing: 'ease-out',
  });
}

async function fetchBadge({ base, slot: { html }, signal }: WidgetContext) {
  return (await fetchHtml(html ?? `${base}badge`, { signal })).body.childNodes;
}
