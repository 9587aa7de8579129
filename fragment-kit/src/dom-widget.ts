import type { FragmentModule, Handle, Props, WidgetContext } from '@tessera/contract';

/**
 * Makes plain DOM a widget, and gives what ends it, if anything has to: `undefined` else. `root` is empty where the server rendered nothing,
 * else it holds the server's HTML.
 */
export type StartDom<P> = (
  root: HTMLElement,
  props: P,
  context: WidgetContext,
) => undefined | (() => void);

/**
 * Plain DOM as the browser half of a fragment: `export default domWidget((root, props, { signal }) => …)`. Listeners that
 * got `signal` end by themselves; its elements are removed when it ends. New props start it anew.
 */
export function domWidget<P = Props>(start: StartDom<P>): Required<FragmentModule<P>> {
  const begin = (root: HTMLElement, props: P, context: WidgetContext): Handle<P> => {
    const end = start(root, props, context);
    return {
      unmount() {
        end?.();
        root.replaceChildren();
      },
    };
  };
  return { mount: begin, hydrate: begin };
}
