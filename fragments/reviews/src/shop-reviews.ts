import { fetchHtml } from './fetch-html.ts';
import { createTools, type ReviewOrder } from './review-tools.ts';

/** `<shop-reviews>`: sorts and filters the server's reviews, and posts a new one without leaving the page. */
export class ShopReviews extends HTMLElement {
  #running: AbortController | undefined;
  #base = '';

  /** Starts listening; `base` is the fragment's base URL, `signal` ends it like `stop()`. */
  start(base: string, signal: AbortSignal): void {
    this.stop();
    this.#base = base;
    this.#running = new AbortController();
    signal.addEventListener('abort', () => this.stop(), { signal: this.#running.signal });
    this.addEventListener('submit', (event) => this.#submit(event), {
      signal: this.#running.signal,
    });
    this.#showTools();
  }

  /** Leaves the server's HTML as it was. */
  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#arrange({ by: 'newest', stars: 0 });
    this.#tools()?.replaceChildren();
  }

  #showTools(): void {
    this.#tools()?.replaceChildren(createTools((order) => this.#arrange(order)));
  }

  #arrange({ by, stars }: ReviewOrder): void {
    const items = this.#items();
    const sorted = items.toSorted((a, b) => {
      const newest =
        (b.dataset.day ?? '').localeCompare(a.dataset.day ?? '') || numberOf(b) - numberOf(a);
      return by === 'newest'
        ? newest
        : (starsOf(b) - starsOf(a)) * (by === 'best' ? 1 : -1) || newest;
    });
    for (const item of sorted) item.hidden = stars > 0 && starsOf(item) !== stars;
    this.querySelector('.reviews-list')?.append(...sorted);
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target;
    const signal = this.#running?.signal;
    if (!(form instanceof HTMLFormElement) || !signal) return;
    event.preventDefault();
    // Not disabled: that would take the focus away.
    const button = form.querySelector('button');
    if (button?.getAttribute('aria-disabled') === 'true') return;
    button?.setAttribute('aria-disabled', 'true');
    this.#say('Publishing…');
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, String(v)])),
        signal,
      });
      const answer = await response.json();
      if (response.status === 422) return this.#showProblems(form, answer.problems);
      if (!response.ok) throw new Error(`Posting the review answered ${response.status}.`);
      await this.#reload(signal, answer.review.id);
    } catch {
      if (signal.aborted) return;
      this.#say('That did not work. Please try again in a moment.');
    } finally {
      button?.removeAttribute('aria-disabled');
    }
  }

  /** Takes the fragment's HTML afresh, with the new review in it. */
  async #reload(signal: AbortSignal, id: number): Promise<void> {
    const url = `${this.#base}${encodeURIComponent(this.dataset.sku ?? '')}`;
    const page = await fetchHtml(url, { signal, fresh: true });
    const fresh = page.querySelector('shop-reviews');
    if (!fresh) throw new Error(`There is no <shop-reviews> at ${url}.`);
    const focused = this.contains(document.activeElement);
    this.replaceChildren(...fresh.childNodes);
    this.#showTools();
    this.#say('Thank you! Your review is published.');
    const review = this.querySelector<HTMLElement>(`#review-${id}`);
    review?.classList.add('reviews-new');
    // What had the focus is gone: it goes on from what came of it.
    if (!review || !focused) return;
    review.tabIndex = -1;
    review.focus();
  }

  #showProblems(form: HTMLFormElement, problems: Readonly<Record<string, string>>): void {
    this.#say('Please look at the marked fields.');
    for (const place of form.querySelectorAll<HTMLElement>('.reviews-problem')) {
      place.textContent = problems[place.dataset.field ?? ''] ?? '';
    }
    for (const field of ['name', 'text']) {
      const control = form.elements.namedItem(field);
      if (control instanceof HTMLElement) {
        control.setAttribute('aria-invalid', String(field in problems));
      }
    }
  }

  #say(text: string): void {
    const status = this.querySelector('.reviews-status');
    if (status) status.textContent = text;
  }

  #tools(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.reviews-tools');
  }

  #items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.reviews-item')];
  }
}

function starsOf(item: HTMLElement): number {
  return Number(item.dataset.stars);
}

function numberOf(item: HTMLElement): number {
  return Number(item.id.replace('review-', ''));
}
