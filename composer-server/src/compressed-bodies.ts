import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** In our own order of preference. */
export const CODINGS = ['br', 'gzip'] as const;

export type Coding = (typeof CODINGS)[number];

/** Five is faster than gzip's nine and smaller; React, which is the most that a page has of ours, takes 8 ms. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

const COMPRESS: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, BROTLI),
  gzip: (body) => promisify(gzip)(body, { level: 9 }),
};

/** Compressed forms of bodies that are kept elsewhere: each is made once, off the event loop, and goes with its body. */
export class CompressedBodies {
  readonly #forms = new WeakMap<Buffer, Map<Coding, Promise<Buffer>>>();

  get(body: Buffer, coding: Coding): Promise<Buffer> {
    const forms = this.#forms.get(body) ?? new Map<Coding, Promise<Buffer>>();
    this.#forms.set(body, forms);
    const known = forms.get(coding);
    if (known) return known;
    const form = COMPRESS[coding](body);
    forms.set(coding, form);
    return form;
  }
}
