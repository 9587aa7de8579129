import type { FragmentModule, Handle, WidgetContext } from '@tessera/contract';
import { thingsText } from '../cart.ts';
import { postForm, problemText } from '../post-form.ts';

/** The browser half: the form posts without leaving the page, and tells it that the cart has changed. */
const add: Required<FragmentModule> = {
  hydrate: (root, _props, context) => start(root, context),
  async mount(root, { sku }, context) {
    const url = context.slot.html ?? `${context.base}${encodeURIComponent(String(sku))}`;
    const response = await fetch(url, {
      headers: { accept: 'text/html' },
      signal: context.signal,
    });
    if (!response.ok) throw new Error(`The cart answered ${response.status}.`);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    root.append(...page.body.childNodes);
    return start(root, context);
  },
};
export default add;

function start(root: HTMLElement, { events, signal: gone }: WidgetContext): Handle {
  const form = root.querySelector('form');
  const status = root.querySelector('[role=status]');
  const running = new AbortController();
  const { signal } = running;
  gone.addEventListener('abort', () => running.abort(), { signal });

  let posting = false;
  const post = async (form: HTMLFormElement) => {
    posting = true;
    try {
      const { items, totalCents } = await postForm(form.action, new FormData(form), signal);
      events.emit('cart:changed', { items, totalCents }, { sticky: true });
      status?.replaceChildren(`Added. ${thingsText(items)} in your `, cartLink(), '.');
    } catch (error) {
      if (signal.aborted) return;
      reportError(error);
      status?.replaceChildren(problemText(error));
    } finally {
      posting = false;
    }
  };
  form?.addEventListener(
    'submit',
    (event) => {
      event.preventDefault();
      // A double click is meant once.
      if (!posting) void post(form);
    },
    { signal },
  );
  return { unmount: () => running.abort() };
}

function cartLink(): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = '/cart';
  link.textContent = 'cart';
  return link;
}
