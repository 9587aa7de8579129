import type { FragmentModule, Handle } from '@tessera/contract';
import { h, hydrate, render } from 'preact';
import { Delivery, type DeliveryProps } from './Delivery.ts';

/** The browser half: the component that the server rendered goes on counting. */
const delivery: Required<FragmentModule<DeliveryProps>> = {
  mount: (root, props) => start(root, props, render),
  hydrate: (root, props) => start(root, props, hydrate),
};
export default delivery;

function start(
  root: HTMLElement,
  props: DeliveryProps,
  begin: typeof render | typeof hydrate,
): Handle<DeliveryProps> {
  begin(h(Delivery, props), root);
  return {
    update: (next) => render(h(Delivery, next), root),
    unmount: () => render(null, root),
  };
}
