import { reactWidget, useWidgetContext } from '@tessera/fragment/react';
import { useEffect, useState } from 'react';

/** Listens to all that a widget may listen to, and holds something worth noticing. */
function Ticker({ text }: { text: string }) {
  const context = useWidgetContext();
  const [count, setCount] = useState(0);
  const [held] = useState(() => new Array(10_000).fill(Math.random()));
  useEffect(() => {
    const onResize = () => setCount(held.length);
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, [held]);
  useEffect(
    () => context?.events.on('tick' as never, () => setCount(held.length)),
    [context, held],
  );
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      {text} {count}
    </button>
  );
}

export default reactWidget(Ticker);
