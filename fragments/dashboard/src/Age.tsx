import * as React from 'react';
import { ageText } from './age.ts';

/** How long ago something came, counting on by itself. Its room is always the same, so that nothing moves. */
export function Age({ at }: { readonly at: number | undefined }) {
  const [now, setNow] = React.useState(Date.now);
  React.useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  // What came since the last tick is no older than nothing.
  return <span className="dash-age">{at === undefined ? '' : ageText(Math.max(now - at, 0))}</span>;
}
