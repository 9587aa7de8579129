/** A form that a visitor has submitted, as it was at that moment. */
export interface HeldSubmit {
  readonly form: HTMLFormElement;
  readonly submitter: HTMLElement | null;
  /** Its fields, wherever in the page they stand, and the pressed button's own value. */
  readonly fields: FormData;
  /** Where and how the browser would send it. */
  readonly url: string;
  readonly method: string;
  readonly type: string;
}

/**
 * The form that a submit event, or a click on its button, submits; undefined when it submits none, `incomplete` when the
 * browser would not let it go.
 */
export function holdSubmit(event: Event, target: Element): HeldSubmit | 'incomplete' | undefined {
  const button = target.closest<HTMLButtonElement>('button,input');
  const submitter =
    event.type === 'submit'
      ? ((event as SubmitEvent).submitter as HTMLButtonElement | null)
      : button && /submit|image/.test(button.type)
        ? button
        : null;
  const form = event.type === 'submit' ? (target as HTMLFormElement) : submitter?.form;
  if (!form) return undefined;
  if (event.type !== 'submit' && !form.noValidate && !submitter?.formNoValidate) {
    if (!form.checkValidity()) return 'incomplete';
  }
  // Attributes: a field may be called `action` or `method`, and then hides the form's own property.
  const of = (name: string) =>
    submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name) ?? '';
  return {
    form,
    submitter,
    fields: new FormData(form, submitter),
    url: new URL(of('action'), document.baseURI).href,
    method: of('method').toLowerCase(),
    type: of('enctype').toLowerCase(),
  };
}

/** Whether both say the same: the same values for the same place. */
export function isSame(one: HeldSubmit, other: HeldSubmit): boolean {
  const said = ({ url, fields }: HeldSubmit) =>
    JSON.stringify([url, [...fields].map(([name, value]) => [name, fieldText(value)])]);
  return said(one) === said(other);
}

/**
 * Sends it without a page: also when this one is about to go. False when that is the browser's alone to do (another method
 * than POST, another site). Resolves when it was answered or has failed; never rejects.
 */
export async function sendSubmit({ url, method, type, fields }: HeldSubmit): Promise<boolean> {
  if (method !== 'post' || new URL(url).origin !== location.origin) return false;
  const body =
    type === 'multipart/form-data'
      ? fields
      : new URLSearchParams([...fields].map(([name, value]) => [name, fieldText(value)]));
  try {
    await fetch(url, { method: 'POST', body, keepalive: true, redirect: 'manual' });
  } catch {
    // As with a form whose service is gone: nobody is left to be told.
  }
  return true;
}

/**
 * Runs `submit`, which submits the form that `target` is or belongs to: whoever reads the form meanwhile, the browser
 * included, finds the held fields, and the submit event has the time of the held one. It is not checked once more.
 */
export function withHeldFields(
  { fields }: HeldSubmit,
  target: Element,
  timeStamp: number,
  submit: () => void,
): void {
  const form =
    target instanceof HTMLFormElement
      ? target
      : target.closest<HTMLButtonElement>('button,input')?.form;
  const end = new AbortController();
  const during = { capture: true, signal: end.signal };
  form?.addEventListener(
    'formdata',
    ({ formData }) => {
      for (const name of [...formData.keys()]) formData.delete(name);
      for (const [name, value] of fields) formData.append(name, value);
    },
    during,
  );
  addEventListener(
    'submit',
    (event) => Object.defineProperty(event, 'timeStamp', { value: timeStamp }),
    during,
  );
  const noValidate = form?.noValidate ?? false;
  form?.toggleAttribute('novalidate', true);
  try {
    submit();
  } finally {
    end.abort();
    form?.toggleAttribute('novalidate', noValidate);
  }
}

/** A field as a form sends it without `multipart`: of a file its name. */
function fieldText(value: FormDataEntryValue): string {
  return typeof value === 'string' ? value : value.name;
}
