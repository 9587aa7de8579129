import type { FragmentModule, Handle, WidgetContext } from '@tessera/contract';
import { thingsText } from '../cart.ts';
import { tellCart } from '../cart-news.ts';
import { fetchHtml } from '../fetch-html.ts';
import { postForm, problemText } from '../post-form.ts';

/** The browser half: the form posts without leaving the page, and tells it that the cart has changed. */
const add: Required<FragmentModule> = {
  hydrate: (root, _props, context) => start(root, context),
  async mount(root, { sku }, context) {
    const url = context.slot.html ?? `${context.base}${encodeURIComponent(String(sku))}`;
    const page = await fetchHtml(url, context);
    root.append(...page.body.childNodes);
    return start(root, context);
  },
};
export default add;

/** Two submits that are closer than this, in milliseconds, and say the same are meant once. */
const DOUBLE_CLICK_MS = 500;

function start(root: HTMLElement, { events, signal: gone }: WidgetContext): Handle {
  const form = root.querySelector('form');
  const button = root.querySelector('button');
  const status = root.querySelector('[role=status]');
  const running = new AbortController();
  const { signal } = running;
  gone.addEventListener('abort', () => running.abort(), { signal });

  let turn = Promise.resolve();
  let waiting = 0;
  let problem: string | undefined;
  let last = { said: '', at: Number.NEGATIVE_INFINITY };

  async function post(url: string, fields: FormData): Promise<void> {
    let items: number | undefined;
    try {
      const cart = await postForm(url, fields, signal);
      tellCart(events, cart);
      items = cart.items;
    } catch (error) {
      if (signal.aborted) return;
      problem = problemText(error);
    }
    waiting--;
    if (waiting > 0) return;
    button?.removeAttribute('aria-busy');
    // One that failed is not made good by one that did not.
    if (problem !== undefined || items === undefined) status?.replaceChildren(problem ?? '');
    else status?.replaceChildren(`Added. ${thingsText(items)} in your `, cartLink(), '.');
    problem = undefined;
  }

  form?.addEventListener(
    'submit',
    (event) => {
      event.preventDefault();
      const fields = new FormData(form);
      const said = JSON.stringify([...fields]);
      const { timeStamp: at } = event;
      const doubled = said === last.said && at - last.at < DOUBLE_CLICK_MS;
      last = { said, at };
      if (doubled) return;
      waiting++;
      button?.setAttribute('aria-busy', 'true');
      status?.replaceChildren('Adding…');
      const { action } = form;
      turn = turn.then(() => post(action, fields));
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
