import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { dayText, deliveryPromise, durationText } from './delivery-promise.ts';

/** What the server gives the component, here and in the browser. */
export type DeliveryProps = {
  /** When the server rendered it, in milliseconds since the epoch. Default: now. */
  readonly renderedAt?: number;
};

/**
 * Until when to order, and for which day. Written without JSX: so Node runs the very file that the browser gets, and there
 * is no build for the server.
 */
export function Delivery({ renderedAt }: DeliveryProps) {
  const [now, setNow] = useState(renderedAt ?? Date.now());
  const { orderBy, arrives } = deliveryPromise(now);

  useEffect(() => {
    const wait = Math.max(0, untilNextText(orderBy, now) - (Date.now() - now));
    const timer = setTimeout(() => setNow(Date.now()), wait);
    return () => clearTimeout(timer);
  }, [now, orderBy]);

  return h(
    'section',
    { class: 'delivery', 'aria-label': 'Delivery' },
    h(Van, null),
    h(
      'p',
      null,
      'Order within ',
      h('strong', null, durationText(orderBy - now)),
      ' to have it on ',
      h('time', { dateTime: arrives }, dayText(arrives)),
      '.',
    ),
  );
}

/** How long the duration's text stays as it is: until the minutes that are left become one fewer. */
function untilNextText(orderBy: number, now: number): number {
  return ((orderBy - now) % 60_000) + 1;
}

function Van() {
  return h(
    'svg',
    { viewBox: '0 0 32 24', width: 32, height: 24, 'aria-hidden': 'true' },
    h('path', {
      d: 'M1.5 4.5h17v13h-17zM18.5 9.5h6l5 5v3h-11z',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.6,
      'stroke-linejoin': 'round',
    }),
    h('circle', { cx: 8, cy: 18.5, r: 2.6, class: 'delivery-wheel' }),
    h('circle', { cx: 23.5, cy: 18.5, r: 2.6, class: 'delivery-wheel' }),
  );
}
