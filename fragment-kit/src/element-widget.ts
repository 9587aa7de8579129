import type { FragmentModule, Handle, Props, WidgetContext } from '@tessera/contract';

/** A custom element that is a widget: it finds both set before it is connected to the page, and `props` again for new ones. */
export interface WidgetElement<P = Props> extends HTMLElement {
  props?: P;
  context?: WidgetContext;
}

/**
 * A custom element as the browser half of a fragment: `export default elementWidget('shop-clock', ShopClock)`. Where the
 * server's HTML has such an element that one is taken over (it is upgraded when it is defined, and gets its props then),
 * else it is made. Defines it, unless the page knows the name already.
 */
export function elementWidget<P = Props>(
  name: string,
  elementClass: new () => WidgetElement<P>,
): Required<FragmentModule<P>> {
  if (!customElements.get(name)) customElements.define(name, elementClass);
  const start = (element: WidgetElement<P>, props: P, context: WidgetContext): Handle<P> => {
    element.context = context;
    element.props = props;
    return {
      update(next) {
        element.props = next;
      },
      unmount: () => element.remove(),
    };
  };
  return {
    mount(root, props, context) {
      const element = document.createElement(name);
      const handle = start(element, props, context);
      root.append(element);
      return handle;
    },
    hydrate(root, props, context) {
      const element = root.querySelector<WidgetElement<P>>(name);
      if (!element) throw new Error(`The server's HTML has no <${name}>.`);
      return start(element, props, context);
    },
  };
}
