import type { FragmentModule, Handle, WidgetContext } from '@tessera/contract';
import { parseHtml } from '@tessera/contract';
import { ShopReviews } from './shop-reviews.ts';

if (!customElements.get('shop-reviews')) customElements.define('shop-reviews', ShopReviews);

/** The browser half: the server's HTML works by itself, this starts what makes it nicer. */
const reviews: Required<FragmentModule> = {
  hydrate: (root, _props, context) => start(root, context),
  async mount(root, { sku }, context) {
    const response = await fetch(`${context.base}${encodeURIComponent(String(sku))}`, {
      headers: { accept: 'text/html' },
      signal: context.signal,
    });
    if (!response.ok) throw new Error(`The reviews answered ${response.status}.`);
    root.append(parseHtml(await response.text()));
    return start(root, context);
  },
};
export default reviews;

function start(root: HTMLElement, { base, signal }: WidgetContext): Handle {
  const element = root.querySelector('shop-reviews');
  if (!(element instanceof ShopReviews)) throw new Error('There is no <shop-reviews> in the slot.');
  element.start(base, signal);
  return { unmount: () => element.stop() };
}
