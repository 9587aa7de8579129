import type {} from '@shop/cart/events';
import type { WidgetContext } from '@tessera/contract';
import { createMashup, type Part } from '@tessera/shell/mashup';
import { useMashup } from '@tessera/shell/mashup-react';
import * as React from 'react';
import { addressOfDay, type Day, dayOfAddress } from './bad-day.ts';
import { SOURCE_KEYS, type SourceKey, shopSources } from './sources.ts';

/** The dashboard's sources, and the day that the visitor has chosen for them. */
export function useShopMashup(context: WidgetContext | undefined) {
  const signal = context?.signal;
  const [day, setDay] = React.useState(() => dayOfAddress(location.search));
  // Sources ask at every load, also at those that nobody rendered: on focus, for example.
  const today = React.useRef(day);
  const begin = () =>
    createMashup(
      shopSources(() => today.current),
      { signal },
    );
  const [mashup, setMashup] = React.useState(begin);
  const parts = useMashup(mashup);

  // Put into the cart elsewhere: in another tab, or before this page was gone back to.
  React.useEffect(() => {
    if (!context) return;
    const gone = new AbortController();
    const { signal } = gone;
    context.events.on('cart:changed', () => void mashup.refresh('basket'), { signal });
    return () => gone.abort();
  }, [context, mashup]);

  /** Forgets what is there and loads everything, as on the first visit. */
  const startOver = () => {
    mashup.stop();
    setMashup(begin());
  };
  return {
    day,
    parts,
    startOver,
    refresh: (key?: SourceKey) => mashup.refresh(key),
    retry: (key: SourceKey) => mashup.retry(key),
    /**
     * A bad day starts over, so that one sees it begin; with a normal one what is still on its way is asked for again, and
     * what has failed waits for its next try.
     */
    chooseDay(next: Day) {
      today.current = next;
      setDay(next);
      history.replaceState(history.state, '', addressOfDay(location.href, next));
      if (next !== 'normal') startOver();
      else for (const key of SOURCE_KEYS) if (isUnderWay(parts[key])) void mashup.restart(key);
    },
  };
}

function isUnderWay({ state, refreshing }: Part<unknown>): boolean {
  return state === 'loading' || refreshing;
}
