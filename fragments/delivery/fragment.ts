import { setTimeout as delay } from 'node:timers/promises';
import { defineFragment, type Fragment } from '@tessera/fragment';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Delivery } from './src/Delivery.ts';

export interface DeliveryOptions {
  /** The time, in milliseconds since the epoch. Default: the clock's. */
  readonly now?: () => number;
  /** How long the content is held back, in milliseconds: shows what stands in for it. Default 0. */
  readonly delayMs?: number;
}

/** When an order of today would arrive, in Preact on both sides. */
export function deliveryFragment({ now = Date.now, delayMs = 0 }: DeliveryOptions = {}): Fragment {
  return defineFragment({
    name: 'delivery',
    version: '1.0.0',
    content: 'promise',
    build: new URL('./dist/', import.meta.url),
    styles: new URL('./src/delivery.css', import.meta.url),
    remote: { module: './widget', mount: 'idle' },
    timeoutMs: 300,
    // The text counts minutes, so half of one may be missing; the widget sets it right.
    cache: { maxAgeMs: 30_000, staleIfErrorMs: 300_000 },
    fallback: () => '<section class="delivery"><p>Delivery in two to three days.</p></section>',
    render: async ({ signal }) => {
      if (delayMs > 0) await delay(delayMs, undefined, { signal });
      const props = { renderedAt: now() };
      return { html: renderToString(h(Delivery, props)), props };
    },
  });
}
