/** What a visitor did: the event and where it happened, to be repeated. */
export interface Action {
  readonly event: Event;
  readonly target: Element;
  /** Of a field: what it held then. A framework may have put its own state there when the action is repeated. */
  readonly value?: string;
  readonly checked?: boolean;
}

/** Clicks on these do their work without a widget, as do links: the browser keeps them. */
const NATIVE =
  'a[href]:not([role=button]),label,summary,select,textarea,[contenteditable],audio,video,[type=reset],' +
  'input:not([type=submit],[type=button],[type=image])';

/**
 * Holds back what is done in `slot` until its widget can take it: activating anything by mouse, touch or keyboard, and
 * submitting a form. Left to the browser are clicks with a modifier key or another mouse button, links, and fields that
 * keep their state themselves (text, check boxes, `<details>`); of fields it is noted that they changed.
 *
 * A form counts once, however often its button is pressed. The returned function ends it and gives what was done, in order.
 */
export function captureActions(slot: HTMLElement): () => readonly Action[] {
  const actions: Action[] = [];
  const end = new AbortController();

  function capture(event: Event): void {
    const target = event.target as HTMLInputElement;
    const { value, checked } = target;
    // `input` and `change` cannot be prevented, and need not: the field has what was entered.
    if (event.cancelable) {
      if (!needsWidget(event, target)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const form = formOf(target);
      if (form && actions.some((action) => formOf(action.target) === form)) return;
    }
    actions.push({ event, target, value, checked });
  }

  for (const type of ['click', 'keydown', 'submit', 'input', 'change'])
    slot.addEventListener(type, capture, { capture: true, signal: end.signal });
  return () => {
    end.abort();
    return actions;
  };
}

function needsWidget(event: Event, target: Element): boolean {
  const { button, key, ctrlKey, metaKey, shiftKey, altKey } = event as MouseEvent & KeyboardEvent;
  if (button || ctrlKey || metaKey || shiftKey || altKey || target.closest(NATIVE)) return false;
  // On buttons and links the browser makes a click of it.
  return !key || (/^( |Enter)$/.test(key) && target.matches('[role]:not(a,button,input)'));
}

/** The form that a submit event, or a click on its button, submits. */
function formOf(target: Element): Element | null | undefined {
  if (target.matches('form')) return target;
  const button = target.closest<HTMLButtonElement>('button,input');
  return button && /submit|image/.test(button.type) ? button.form : undefined;
}

/**
 * Does it again at `target`, as the visitor did it: what listens there hears it, and unless it is prevented the browser does
 * what it always does.
 */
export function repeatAction(
  { event }: Action,
  target: Element,
  submitter = (event as SubmitEvent).submitter,
): void {
  if (event.type === 'submit') (target as HTMLFormElement).requestSubmit(submitter);
  else target.dispatchEvent(Reflect.construct(event.constructor, [event.type, event]));
}
