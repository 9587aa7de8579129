import type { FragmentModule, Handle, Props, WidgetContext } from '@tessera/contract';
import { type ComponentType, createElement, type ReactNode } from 'react';
import { createRoot, hydrateRoot, type Root, type RootOptions } from 'react-dom/client';
import { identifierPrefix } from './identifier-prefix.ts';
import { WidgetBoundary } from './widget-boundary.ts';
import { WidgetContextProvider } from './widget-context.ts';

export { useWidgetContext } from './widget-context.ts';

export interface ReactWidgetOptions {
  /** Shown in place of a component that failed after its start; `retry` renders it anew. Default: a sentence and a button. */
  fallback?(error: unknown, retry: () => void): ReactNode;
}

/** What `reactWidget` makes: it can both mount and hydrate. */
export type ReactWidget<P> = Required<FragmentModule<P>>;

/**
 * A React component as the browser half of a fragment: `export default reactWidget(Product)`.
 *
 * Starting settles when the component stands in the page; it rejects, and leaves nothing running, when the component
 * throws before that. Inside, `useWidgetContext()` gives base, events and signal.
 */
export function reactWidget<P extends object = Props>(
  component: ComponentType<P>,
  options: ReactWidgetOptions = {},
): ReactWidget<P> {
  return {
    mount: (container, props, context) =>
      start(component, options, container, props, context, (element, rootOptions) => {
        const root = createRoot(container, rootOptions);
        root.render(element);
        return root;
      }),
    hydrate: (container, props, context) =>
      start(component, options, container, props, context, (element, rootOptions) =>
        hydrateRoot(container, element, rootOptions),
      ),
  };
}

function start<P extends object>(
  component: ComponentType<P>,
  { fallback }: ReactWidgetOptions,
  container: HTMLElement,
  initialProps: P,
  context: WidgetContext,
  createWidgetRoot: (element: ReactNode, options: RootOptions) => Root,
): Promise<Handle<P>> {
  return new Promise((resolve, reject) => {
    const onStarted = () => resolve(handle);
    const onFailedToStart = (error: unknown) => {
      // React is still in the commit that failed, and refuses to unmount inside of it.
      queueMicrotask(() => {
        root.unmount();
        reject(error);
      });
    };
    const element = (props: P) =>
      createElement(
        WidgetContextProvider,
        { value: context },
        createElement(
          WidgetBoundary,
          { fallback, onStarted, onFailedToStart },
          createElement(component, props),
        ),
      );
    const root = createWidgetRoot(element(initialProps), {
      identifierPrefix: identifierPrefix(context.slot.fragment, contentPath(context)),
      onRecoverableError: reportError,
    });
    const handle: Handle<P> = {
      update: (props) => root.render(element(props)),
      unmount: () => {
        root.unmount();
        // React leaves what it moved out of the tree, for example preloads of images.
        container.replaceChildren();
      },
    };
  });
}

/** The content's path below the base, as the server saw it in its request. */
function contentPath({ base, slot: { html = '' } }: WidgetContext): string {
  return html.startsWith(base) ? html.slice(base.length) : html;
}
