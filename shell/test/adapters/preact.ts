import { preactWidget } from '@tessera/fragment/preact';
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Listens to all that a widget may listen to, and holds something worth noticing. */
function Ticker({ text }: { text: string }) {
  const [count, setCount] = useState(0);
  const [held] = useState(() => new Array(10_000).fill(Math.random()));
  useEffect(() => {
    const onResize = () => setCount(held.length);
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, [held]);
  return h('button', { type: 'button', onClick: () => setCount(count + 1) }, `${text} ${count}`);
}

export default preactWidget(Ticker);
