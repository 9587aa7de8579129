import {
  type EventBus,
  type FragmentSlotElement,
  fragmentBase,
  type PageRemote,
  type PageSlot,
  PROPS_EVENT,
  type WidgetContext,
} from '@tessera/contract';
import type { Action } from './capture.ts';
import { createEventBus } from './events.ts';
import { createRemotes } from './remotes.ts';
import { counterpart, replayActions } from './replay.ts';
import { createStylesheets } from './stylesheets.ts';
import { startWidget } from './widget.ts';

/** A slot whose trigger has fired. */
export interface SlotStart {
  readonly element: FragmentSlotElement;
  readonly slot: PageSlot;
  readonly remote: PageRemote;
  /** When the remote must have loaded, as `performance.now()` counts. */
  readonly deadline: number;
  /** What stands in the slot when no widget does. */
  readonly content: readonly ChildNode[];
  /** Whether the content is the fragment's own HTML, to be taken over. */
  readonly hydrates: boolean;
  /** Ends the capture of what the visitor does, and gives it. */
  takeActions(): readonly Action[];
}

/** A widget that runs in its slot. */
export interface StartedSlot {
  readonly state: 'hydrated' | 'mounted';
  /** Rejects when the widget could not be mounted again for new props; the slot's content stands there then. */
  readonly failed: Promise<never>;
  /** Unmounts it and puts the slot's content back, so that the slot can be used again. Never throws. */
  stop(): void;
}

/** Starts the widgets of one page. */
export interface Starter {
  /**
   * Loads the slot's remote, starts the widget, gives it the props that the page has set, and repeats what the visitor did
   * before. Rejects with an error from errors.ts, and the slot's content stands there again. Runs until `signal` aborts.
   */
  startSlot(start: SlotStart, signal: AbortSignal): Promise<StartedSlot>;
}

export function createStarter(): Starter {
  const remotes = createRemotes();
  const events = createEventBus();
  const stylesheets = createStylesheets();
  return {
    async startSlot(start, signal) {
      const { element, slot, remote, deadline, content, hydrates } = start;
      const leftMs = deadline - performance.now();
      const styled = stylesheets.use(remote.css, signal);
      const module = await remotes.load(slot.fragment, remote, leftMs);
      if (!hydrates) await styled;
      signal.throwIfAborted();

      const focused = element.contains(document.activeElement) ? document.activeElement : null;
      const given = element.props;
      const props = { params: slot.props, given };
      const widget = await startWidget(module, element, props, {
        hydrates,
        content,
        timeoutMs: remote.timeoutMs,
        context: createContext(start, events),
        signal,
      });
      // What it has is what the page reads; nobody listens yet.
      element.props ??= widget.props;
      const passProps = () => element.props && widget.update(element.props);
      element.addEventListener(PROPS_EVENT, passProps, { signal });
      if (element.props !== widget.props) passProps();
      replayActions(start.takeActions(), element, content);
      if (focused && document.activeElement === document.body) moveFocus(focused, element, content);
      return widget;
    },
  };
}

function createContext(
  { element, slot: { fragment, version, html } }: SlotStart,
  events: EventBus,
): Omit<WidgetContext, 'signal'> {
  const id = element.getAttribute('slot-id') ?? '';
  return {
    slot: { id, fragment, version, ...(html === undefined ? {} : { html }) },
    base: fragmentBase(fragment),
    events,
  };
}

/**
 * Whoever had the focus on something that the widget has replaced goes on from what stands in its place, else from the
 * first element that takes the focus, else from where the widget begins.
 */
function moveFocus(from: Element, root: HTMLElement, content: readonly Node[]): void {
  const [first] = root.children;
  const next =
    counterpart(from, content, root) ??
    root.querySelector('a[href],button,input,select,textarea,summary,[tabindex]') ??
    first;
  if (!(next instanceof HTMLElement)) return;
  if (next === first && next.tabIndex < 0) next.tabIndex = -1;
  next.focus();
}
