import { createMashup } from '@tessera/shell/mashup';
import { useMashup } from '@tessera/shell/mashup-react';
import * as React from 'react';
import { addressOfDay, type Day, dayOfAddress } from './bad-day.ts';
import { type SourceKey, shopSources } from './sources.ts';

/** The dashboard's sources, and the day that the visitor has chosen for them. */
export function useShopMashup(signal: AbortSignal | undefined) {
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
    /** A bad day starts over, so that one sees it begin; with a normal one what has failed waits for its next try. */
    chooseDay(next: Day) {
      today.current = next;
      setDay(next);
      history.replaceState(history.state, '', addressOfDay(location.href, next));
      if (next !== 'normal') startOver();
    },
  };
}
