import {
  type EventBus,
  type FragmentSlotElement,
  fragmentBase,
  type PageData,
  type PageRemote,
  type PageSlot,
  PROPS_EVENT,
  type WidgetContext,
} from '@tessera/contract';
import type { HeldActions } from './capture.ts';
import { createEventBus } from './events.ts';
import { createRemotes } from './remotes.ts';
import { say } from './say.ts';
import { createStylesheets } from './stylesheets.ts';
import { whenAborted } from './triggers.ts';
import { startWidget } from './widget.ts';
import { within } from './within.ts';

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
  /** What the visitor has done meanwhile. */
  readonly held: HeldActions | undefined;
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

/** How long a remote that has failed waits to hear what the page would name by now. */
const RENEWAL_TIMEOUT_MS = 2000;

/** How long a widget waits to be live for what moves the focus into it. */
const FOCUS_TIMEOUT_MS = 2000;

export function createStarter(): Starter {
  const remotes = createRemotes(renewRemote);
  const events = createEventBus();
  const stylesheets = createStylesheets();
  /** Asked for once: a page that is still old after that stays so. */
  let fresh: Promise<PageData | undefined> | undefined;

  async function renewRemote(fragment: string, timeoutMs: number): Promise<PageRemote | undefined> {
    fresh ??= import('./recovery.ts').then(
      ({ refreshPageData }) => refreshPageData(Math.min(timeoutMs, RENEWAL_TIMEOUT_MS)),
      () => undefined,
    );
    return (await fresh)?.remotes[fragment];
  }

  return {
    async startSlot(start, signal) {
      const { element, slot, deadline, content, held } = start;
      const leftMs = deadline - performance.now();
      const styled = stylesheets.use(start.remote.css, signal);
      const onRetry = (attempt: number, error: unknown) =>
        say(element, slot, 'retry', { attempt, error });
      const loading = remotes.load(slot.fragment, start.remote, leftMs, onRetry);
      const { module, remote } = await orAborted(loading, signal);
      const isNewer = remote.entry !== start.remote.entry;
      // The HTML was made for the widget that is gone.
      const hydrates = start.hydrates && !isNewer;
      if (isNewer) await stylesheets.use(remote.css, signal);
      else if (!hydrates) await styled;
      signal.throwIfAborted();

      say(element, slot, 'starting');
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
      held?.replay(content);
      if (focused && document.activeElement === document.body) {
        const capture = await within(
          FOCUS_TIMEOUT_MS,
          import('./capture.ts'),
          () => undefined,
        ).catch(() => undefined);
        if (document.activeElement === document.body) capture?.moveFocus(focused, element, content);
      }
      return widget;
    },
  };
}

/** `promise`, unless the slot ends first: then nobody waits for it any more. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([promise, whenAborted(signal).then(() => Promise.reject(signal.reason))]);
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
