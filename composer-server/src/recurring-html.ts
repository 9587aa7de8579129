import { LRUCache } from 'lru-cache';
import { ownBytes } from './cache/entry.ts';
import type { Contained } from './contain/contain.ts';
import { headerValue, type ResponseHeaders } from './headers.ts';

/** An answer of a fragment's service, as it came. */
interface Answer {
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
}

/** What decides how a body is read, and what was made of it. */
interface Reading {
  readonly type: string | undefined;
  readonly coding: string | undefined;
  readonly body: Buffer;
  readonly made: Contained;
}

/** Objects and strings around a reading. */
const OVERHEAD_BYTES = 500;

/**
 * What was made of the HTML that each URL answered last. Most of what may not be stored is, byte for byte, what the last
 * visitor got: then it is not decoded, checked or repaired again, and as the very same buffer its compressed form is found
 * again too. It is compared as a whole, and only ever with what its service has just answered.
 */
export class RecurringHtml {
  readonly #last: LRUCache<string, Reading>;

  constructor(maxBytes: number) {
    this.#last = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.ceil(maxBytes / 10),
      sizeCalculation: ({ body, made: { html, head } }, url) =>
        OVERHEAD_BYTES +
        2 * url.length +
        body.length +
        (html === body ? 0 : html.length) +
        head.reduce((sum, element) => sum + 2 * element.html.length + 100, 0),
    });
  }

  /** In use. */
  get bytes(): number {
    return this.#last.calculatedSize;
  }

  /** What was made of this very answer the last time. */
  find(url: string, { headers, body }: Answer): Contained | undefined {
    const last = this.#last.get(url);
    if (!last?.body.equals(body)) return undefined;
    const same =
      last.type === headerValue(headers, 'content-type') &&
      last.coding === headerValue(headers, 'content-encoding');
    return same ? last.made : undefined;
  }

  /** Remembers what was made of this answer, until its URL answers otherwise. */
  note(url: string, { headers, body }: Answer, made: Contained): void {
    const own = ownBytes(body);
    const html = made.html === body ? own : ownBytes(made.html);
    this.#last.set(url, {
      type: headerValue(headers, 'content-type'),
      coding: headerValue(headers, 'content-encoding'),
      body: own,
      made: { ...made, html },
    });
  }
}
