import type { FragmentModule, Handle, Props, WidgetContext } from '@tessera/contract';
import { PROPS_ATTRIBUTE } from '@tessera/contract';
import {
  propsInvalid,
  widgetHandleInvalid,
  widgetStartFailed,
  widgetStartTimeout,
} from './errors.ts';
import { whenAborted } from './triggers.ts';
import { within } from './within.ts';

/** A widget that runs in its slot. */
export interface Widget {
  readonly state: 'hydrated' | 'mounted';
  /** What it started with. */
  readonly props: Props;
  /** Rejects when it could not be mounted again for new props; the slot's content stands there then. */
  readonly failed: Promise<never>;
  /** Gives it new props; one without `update` is unmounted and mounted again. Never throws. */
  update(props: Props): void;
  /** Unmounts it and puts the slot's content back. Never throws. */
  stop(): void;
}

export interface WidgetStart {
  /** Whether it takes over the fragment's own HTML, if it can. */
  readonly hydrates: boolean;
  /** What stands in the slot when no widget does. */
  readonly content: readonly ChildNode[];
  readonly timeoutMs: number;
  readonly context: Omit<WidgetContext, 'signal'>;
  /** Ends the slot, and with it every signal that the widget gets. */
  readonly signal: AbortSignal;
}

/** One mount of a widget, from start to unmount. */
interface Running {
  readonly handle: Handle;
  stop(): void;
}

type Begin = (props: Props, context: WidgetContext) => Handle | Promise<Handle>;

/**
 * Starts a fragment in its slot: takes over the server's HTML where there is some, with the props that this was made of,
 * else starts empty, with those that the page has given, if any. Rejects with PROPS_INVALID, REMOTE_INVALID,
 * WIDGET_START_FAILED or WIDGET_START_TIMEOUT, and what stood in the slot stands there again.
 */
export async function startWidget(
  module: FragmentModule,
  root: HTMLElement,
  { params, given }: { readonly params: Props; readonly given: Props | undefined },
  start: WidgetStart,
): Promise<Widget> {
  const own = takeProps(start) ?? params;
  const firstProps = start.hydrates ? own : (given ?? own);
  const hydrate = start.hydrates && module.hydrate;
  const begin: Begin = (props, context) => {
    root.replaceChildren();
    return module.mount(root, props, context);
  };
  const first: Begin = (props, context) =>
    module.hydrate?.(root, props, context) ?? begin(props, context);
  let running: Running | undefined = await run(hydrate ? first : begin, root, firstProps, start);
  let next: Props | undefined;
  let ended = false;
  const failed = Promise.withResolvers<never>();

  async function remount(): Promise<void> {
    while (running && next) {
      const props = next;
      next = undefined;
      running.stop();
      running = undefined;
      running = await run(begin, root, props, start);
      if (ended) running.stop();
    }
  }

  return {
    props: firstProps,
    state: hydrate ? 'hydrated' : 'mounted',
    failed: failed.promise,
    update(props) {
      next = props;
      // Without one it is being mounted, and that looks for newer props when it is done.
      if (!running || ended) return;
      if (!running.handle.update) {
        remount().catch(failed.reject);
        return;
      }
      try {
        running.handle.update(props);
      } catch (error) {
        reportError(error);
      }
    },
    stop() {
      ended = true;
      running?.stop();
    },
  };
}

async function run(
  begin: Begin,
  root: HTMLElement,
  props: Props,
  { content, timeoutMs, context, signal }: WidgetStart,
): Promise<Running> {
  const { fragment } = context.slot;
  const end = new AbortController();
  signal.addEventListener('abort', () => end.abort(), { signal: end.signal });
  if (signal.aborted) end.abort();
  const before = [...root.childNodes];
  const focused = document.activeElement;

  async function tryStart() {
    let handle: Handle;
    try {
      handle = await begin(props, { ...context, signal: end.signal });
    } catch (cause) {
      throw widgetStartFailed(fragment, cause);
    }
    // Another team wrote it, perhaps without types: one that cannot be unmounted must not start.
    if (typeof Object(handle).unmount !== 'function') throw widgetHandleInvalid(fragment);
    return handle;
  }

  const starting = tryStart();
  try {
    const inTime = within(timeoutMs, starting, () => widgetStartTimeout(fragment, timeoutMs));
    // A slot that has left the page does not wait for a widget that nobody will see.
    const gone = whenAborted(end.signal).then(() => Promise.reject(end.signal.reason));
    const handle = await Promise.race([inTime, gone]);
    return {
      handle,
      stop() {
        end.abort();
        unmount(handle);
        root.replaceChildren(...content);
      },
    };
  } catch (error) {
    end.abort();
    root.replaceChildren(...before);
    if (focused instanceof HTMLElement && root.contains(focused)) focused.focus();
    // A handle that comes too late must not keep running beside what stands here now, nor take that along.
    starting.then(
      (handle) => {
        const present = [...root.childNodes];
        unmount(handle);
        if (!root.hasChildNodes()) root.replaceChildren(...present);
      },
      () => {},
    );
    throw error;
  }
}

function unmount(handle: Handle): void {
  try {
    handle.unmount();
  } catch (error) {
    reportError(error);
  }
}

/** Removes the fragment's own props from its HTML: frameworks discard HTML that they have not rendered. */
function takeProps({ content, context }: WidgetStart): Props | undefined {
  const script = content.findLast((node) => node instanceof Element);
  if (!script?.matches(`script[${PROPS_ATTRIBUTE}]`)) return undefined;
  try {
    const props = JSON.parse(script.textContent);
    script.remove();
    return props;
  } catch (cause) {
    throw propsInvalid(context.slot.fragment, cause);
  }
}
