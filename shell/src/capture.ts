import { type Action, repeatAction } from './action.ts';
import { type HeldSubmit, holdSubmit, isSame, sendSubmit } from './held-submit.ts';
import { replayActions } from './replay.ts';

// Everything that only some slots need: one chunk, for boot and for the federation chunk.
export { moveFocus } from './move-focus.ts';

/** What is held back in one slot. */
export interface HeldActions {
  /** Ends it, and repeats what was done in the widget that stands in the slot in place of `content`. */
  replay(content: readonly Node[]): void;
  /** Ends it, and forgets what was done. */
  drop(): void;
  /** Ends it, and has the browser do what was done. Of several forms each is sent, and the last one is navigated to. */
  leaveToBrowser(): Promise<void>;
}

/** Clicks on these do their work without a widget, as do links: the browser keeps them. */
const NATIVE =
  'a[href]:not([role=button]),label,summary,select,textarea,[contenteditable],audio,video,[type=reset],' +
  'input:not([type=submit],[type=button],[type=image])';

/** Two presses of a button that are closer than this, in milliseconds, are meant once when they say the same. */
const DOUBLE_CLICK_MS = 500;

/**
 * Holds back what is done in `slot` until its widget can take it: activating anything by mouse, touch or keyboard, and
 * submitting a form. Left to the browser are clicks with a modifier key or another mouse button, links, fields that keep
 * their state themselves (text, check boxes, `<details>`), and forms that are not filled in yet; of fields it is noted
 * that they changed.
 *
 * A form is held with what its fields held at that moment. A double click counts once. When the visitor leaves the page,
 * forms that nobody has taken yet are sent on the way.
 */
export function captureActions(slot: HTMLElement): HeldActions {
  const actions: Action[] = [];
  const end = new AbortController();

  function capture(event: Event): void {
    const target = event.target as HTMLInputElement;
    const { value, checked } = target;
    // `input` and `change` cannot be prevented, and need not: the field has what was entered.
    if (!event.cancelable) {
      actions.push({ event, target, value, checked });
      return;
    }
    if (!needsWidget(event, target)) return;
    const submit = holdSubmit(event, target);
    // The browser says what is missing.
    if (submit === 'incomplete') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (submit && isRepeated(event, submit)) return;
    submit?.submitter?.setAttribute('aria-busy', 'true');
    actions.push({ event, target, value, checked, submit });
  }

  function isRepeated(event: Event, submit: HeldSubmit): boolean {
    const last = actions.findLast((action) => action.submit?.form === submit.form);
    if (!last?.submit || !isSame(last.submit, submit)) return false;
    const { detail } = event as UIEvent;
    return detail > 1 || event.timeStamp - last.event.timeStamp < DOUBLE_CLICK_MS;
  }

  function release(): readonly Action[] {
    for (const { submit } of actions) submit?.submitter?.removeAttribute('aria-busy');
    return actions.splice(0);
  }

  for (const type of ['click', 'keydown', 'submit', 'input', 'change'])
    slot.addEventListener(type, capture, { capture: true, signal: end.signal });
  const leaving = new AbortController();
  // What is sent must not be done again when the page comes back from the browser's cache.
  const onLeave = () => {
    for (const { submit } of release()) if (submit) void sendSubmit(submit);
  };
  addEventListener('pagehide', onLeave, { signal: leaving.signal });

  function take(): readonly Action[] {
    end.abort();
    leaving.abort();
    return release();
  }

  return {
    replay: (content) => replayActions(take(), slot, content),
    drop: () => void take(),
    async leaveToBrowser() {
      // They stay held until it is their turn, for a visitor who leaves in between.
      end.abort();
      actions.push(...release().filter(({ event }) => event.cancelable));
      for (let action = actions.shift(); action; action = actions.shift()) {
        const { submit, target } = action;
        // The browser forgets a form that it is about to send when the next one is submitted.
        const sent = submit && (!target.isConnected || actions.some((later) => later.submit));
        if (sent && (await sendSubmit(submit))) continue;
        if (target.isConnected) repeatAction(action, target);
      }
      leaving.abort();
    },
  };
}

function needsWidget(event: Event, target: Element): boolean {
  const { button, key, ctrlKey, metaKey, shiftKey, altKey } = event as MouseEvent & KeyboardEvent;
  if (button || ctrlKey || metaKey || shiftKey || altKey || target.closest(NATIVE)) return false;
  // On buttons and links the browser makes a click of it.
  return !key || (/^( |Enter)$/.test(key) && target.matches('[role]:not(a,button,input)'));
}
