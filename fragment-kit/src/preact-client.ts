import type { FragmentModule, Handle, Props } from '@tessera/contract';
import { type ComponentType, h, hydrate, render } from 'preact';

/**
 * A Preact component as the browser half of a fragment: `export default preactWidget(Delivery)`. Preact is part of the
 * remote; it renders at once, so starting settles when the component stands in the page, or throws what it threw.
 */
export function preactWidget<P extends object = Props>(
  component: ComponentType<P>,
): Required<FragmentModule<P>> {
  const start = (root: HTMLElement, props: P, begin: typeof render): Handle<P> => {
    begin(h(component, props), root);
    return {
      update: (next) => render(h(component, next), root),
      unmount: () => render(null, root),
    };
  };
  return {
    mount: (root, props) => start(root, props, render),
    hydrate: (root, props) => start(root, props, hydrate),
  };
}
