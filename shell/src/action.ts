import { type HeldSubmit, withHeldFields } from './held-submit.ts';

/** What a visitor did: the event and where it happened, to be repeated. */
export interface Action {
  readonly event: Event;
  readonly target: Element;
  /** Of a field: what it held then. A framework may have put its own state there when the action is repeated. */
  readonly value?: string;
  readonly checked?: boolean;
  /** Of a submit, or a click that submits: the form as it was then. */
  readonly submit?: HeldSubmit | undefined;
}

/**
 * Does it again at `target`, as the visitor did it: what listens there hears it, and unless it is prevented the browser does
 * what it always does. A form has what its fields held then, and its event says when that was (`timeStamp`).
 */
export function repeatAction(
  { event, submit }: Action,
  target: Element,
  submitter: HTMLElement | null | undefined = submit?.submitter,
): void {
  const repeat = () => {
    if (event.type === 'submit') (target as HTMLFormElement).requestSubmit(submitter);
    else target.dispatchEvent(Reflect.construct(event.constructor, [event.type, event]));
  };
  if (submit) withHeldFields(submit, target, event.timeStamp, repeat);
  else repeat();
}
