import type { FragmentModule, Props, WidgetContext } from '@tessera/contract';
import { ERROR_TEMPLATE, PROPS_ATTRIBUTE } from '@tessera/contract';
import { propsInvalid, widgetStartFailed, widgetStartTimeout } from './errors.ts';
import { within } from './within.ts';

/** A widget that runs in its slot. */
export interface Widget {
  readonly state: 'hydrated' | 'mounted';
  /** Unmounts it and puts back what stood in the slot before, so that the slot can be used again. Never throws. */
  stop(): void;
}

/**
 * Starts a fragment in its slot: takes over the server's HTML where there is some, else starts empty. Rejects with
 * PROPS_INVALID, WIDGET_START_FAILED or WIDGET_START_TIMEOUT, and what stood in the slot stands there again.
 */
export async function startWidget(
  module: FragmentModule,
  root: HTMLElement,
  pageProps: Props,
  context: WidgetContext,
  { hydrates, timeoutMs }: { hydrates: boolean; timeoutMs: number },
): Promise<Widget> {
  const { fragment } = context.slot;
  const before = [...root.childNodes];
  const restore = () => root.replaceChildren(...before);
  const props = takeProps(root, fragment) ?? pageProps;
  const hydrate = hydrates && module.hydrate;

  async function start() {
    try {
      if (hydrate) return await hydrate.call(module, root, props, context);
      root.replaceChildren();
      return await module.mount(root, props, context);
    } catch (cause) {
      throw widgetStartFailed(fragment, cause);
    }
  }

  const starting = start();
  const stop = (handle: Awaited<typeof starting>) => {
    try {
      handle.unmount();
    } catch (error) {
      reportError(error);
    }
    restore();
  };
  try {
    const handle = await within(timeoutMs, starting, () => widgetStartTimeout(fragment, timeoutMs));
    return { state: hydrate ? 'hydrated' : 'mounted', stop: () => stop(handle) };
  } catch (error) {
    restore();
    // A handle that comes too late must not keep running beside what stands here now.
    starting.then(stop, () => {});
    throw error;
  }
}

/** Removes the fragment's own props from its HTML: frameworks discard HTML that they have not rendered. */
function takeProps(root: HTMLElement, fragment: string): Props | undefined {
  const script = root.lastElementChild;
  if (!script?.matches(`script[${PROPS_ATTRIBUTE}]`)) return undefined;
  try {
    const props = JSON.parse(script.textContent);
    script.remove();
    return props;
  } catch (cause) {
    throw propsInvalid(fragment, cause);
  }
}

/** Replaces a slot's content by its error markup, where it has some. */
export function showErrorMarkup(root: HTMLElement): void {
  const template = root.querySelector<HTMLTemplateElement>(
    `:scope>template[slot=${ERROR_TEMPLATE}]`,
  );
  if (template) root.replaceChildren(template.content.cloneNode(true));
}
