import type { FragmentModule, Handle, WidgetContext } from '@tessera/contract';
import { fetchHtml } from './fetch-html.ts';
import { ShopReviews } from './shop-reviews.ts';

if (!customElements.get('shop-reviews')) customElements.define('shop-reviews', ShopReviews);

/** The browser half: the server's HTML works by itself, this starts what makes it nicer. */
const reviews: Required<FragmentModule> = {
  hydrate: (root, _props, context) => start(root, context),
  async mount(root, { sku }, context) {
    const page = await fetchHtml(`${context.base}${encodeURIComponent(String(sku))}`, context);
    root.append(...page.body.childNodes);
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
