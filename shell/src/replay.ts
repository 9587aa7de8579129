import { type Action, repeatAction } from './action.ts';
import { sendSubmit } from './held-submit.ts';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * Repeats in the widget what the visitor did before it was there, each once and in order: on the same element where the
 * widget has taken it over, else on the one that stands in its place. Without such an element a form is sent as it was,
 * and anything else is dropped.
 */
export function replayActions(
  actions: readonly Action[],
  root: HTMLElement,
  content: readonly Node[],
): void {
  const locate = (element: Element) =>
    element.isConnected ? element : counterpart(element, content, root);

  for (const [index, action] of actions.entries()) {
    const { event, target, submit } = action;
    const found = locate(target);
    if (event.cancelable) {
      const submitter = submit?.submitter;
      if (found)
        repeatAction(action, found, submitter && (locate(submitter) as HTMLElement | undefined));
      else if (submit) void sendSubmit(submit);
      continue;
    }
    const later = actions.slice(index + 1);
    // What was done next met the field as it was then.
    const until = later.findIndex((next) => next.event.cancelable);
    const before = until < 0 ? later : later.slice(0, until);
    const last = !before.some((next) => next.target === target && next.event.type === event.type);
    if (last && found && isField(found)) fill(found, action);
  }
}

/** The element of the widget that stands for one of the replaced content: the same id, else alike and in the same place among those. */
export function counterpart(
  element: Element,
  content: readonly Node[],
  root: HTMLElement,
): Element | undefined {
  const wanted = element.closest('button,input,select,textarea,form,[role]') ?? element;
  const byId = wanted.id && root.querySelector(`#${CSS.escape(wanted.id)}`);
  if (byId) return byId;
  const before = content.flatMap((node) => (node instanceof Element ? withDescendants(node) : []));
  const after = withDescendants(root).slice(1);
  for (const look of [lookWithText, lookOf]) {
    const alike = (other: Element) => look(other) === look(wanted);
    const found = after.filter(alike)[before.filter(alike).indexOf(wanted)];
    if (found) return found;
  }
  return undefined;
}

function withDescendants(element: Element): Element[] {
  return [element, ...element.querySelectorAll('*')];
}

function lookOf(element: Element): string {
  const names = ['type', 'name', 'value', 'role', 'aria-label', 'action'];
  return JSON.stringify([element.localName, ...names.map((name) => element.getAttribute(name))]);
}

function lookWithText(element: Element): string {
  return lookOf(element) + (element.matches('form') ? '' : element.textContent.trim());
}

function isField(element: Element): element is Field {
  return element.matches('input,textarea,select');
}

/** Brings what the visitor entered into the widget's field, and makes the widget hear of it. */
function fill(field: Field, { event: { type }, target, value = '', checked }: Action): void {
  if (field.matches('[type=checkbox],[type=radio]')) {
    if (type === 'input') return;
    // The click that follows changes it, as the visitor's did.
    Reflect.set(field, 'checked', !checked);
    field.click();
    return;
  }
  if (field.matches('select')) field.value = value;
  else if (!field.matches('[type=file]')) enter(field, value);
  else if (field !== target) return;
  field.dispatchEvent(new Event(type, { bubbles: true }));
}

/** Frameworks that remember a field's value only see a change that is not made through the setter they put on it. */
function enter(field: Field, value: string): void {
  const { selectionStart, selectionEnd } = field as HTMLInputElement;
  field.value = '';
  Reflect.set(Object.getPrototypeOf(field), 'value', value, field);
  if (typeof selectionStart === 'number' && document.activeElement === field)
    (field as HTMLInputElement).setSelectionRange(selectionStart, selectionEnd);
}
