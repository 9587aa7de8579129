import { randomUUID } from 'node:crypto';
import type { Draft, Problems } from './review.ts';

/** A form that came back: what was typed, and what is wrong with it. */
export interface ReturnedForm {
  readonly draft: Draft;
  readonly problems: Problems;
}

/** Most forms that are kept; the oldest go first. */
const MAX_FORMS = 500;

/** Keeps what was typed into a form that could not be accepted while its visitor is sent back to the page. */
export class Drafts {
  readonly #forms = new Map<string, ReturnedForm>();

  /** Keeps the form and returns the key that nobody can guess. */
  keep(form: ReturnedForm): string {
    const key = randomUUID();
    this.#forms.set(key, form);
    for (const oldest of this.#forms.keys()) {
      if (this.#forms.size <= MAX_FORMS) break;
      this.#forms.delete(oldest);
    }
    return key;
  }

  find(key: string): ReturnedForm | undefined {
    return this.#forms.get(key);
  }
}
