import { type Coding, compress } from './codings.ts';

/** Compressed forms of bodies that are kept elsewhere: each is made once, off the event loop, and goes with its body. */
export class CompressedBodies {
  readonly #forms = new WeakMap<Buffer, Map<Coding, Promise<Buffer>>>();

  get(body: Buffer, coding: Coding): Promise<Buffer> {
    const forms = this.#forms.get(body) ?? new Map<Coding, Promise<Buffer>>();
    this.#forms.set(body, forms);
    const known = forms.get(coding);
    if (known) return known;
    const form = compress(body, coding);
    forms.set(coding, form);
    return form;
  }
}
