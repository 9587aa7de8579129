import type { WidgetContext } from '@tessera/contract';
import type { CartChanged } from '../events.ts';

/** Between the tabs of the shop: that the visitor's cart has changed. */
const CHANNEL = 'cart';

/** Tells the page's widgets and the other tabs how the visitor's cart stands after a change. */
export function tellCart(
  events: WidgetContext['events'],
  { items, totalCents }: CartChanged,
): void {
  events.emit('cart:changed', { items, totalCents }, { sticky: true });
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(undefined);
  channel.close();
}

/**
 * Calls `refresh` whenever what the page shows of the cart may be old: when it is a page of the history, when the visitor
 * comes back to its tab, and when another tab has changed the cart.
 */
export function whenCartMayBeOld(refresh: () => void, signal: AbortSignal): void {
  const [navigation] = performance.getEntriesByType('navigation');
  if (navigation instanceof PerformanceNavigationTiming && navigation.type === 'back_forward')
    refresh();
  // From the browser's back/forward cache, where the page has slept.
  addEventListener('pageshow', ({ persisted }) => persisted && refresh(), { signal });
  const onVisible = () => document.visibilityState === 'visible' && refresh();
  document.addEventListener('visibilitychange', onVisible, { signal });
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = refresh;
  signal.addEventListener('abort', () => channel.close());
}
