import { createRoot } from 'react-dom/client';
import { createMashup, type Mashup, source } from '../../src/mashup.ts';
import { useMashup } from '../../src/use-mashup.ts';

const mashup = createMashup({
  slow: source<string>('/api/slow'),
  polled: source<number>('/api/polled', { refreshMs: 50, refreshOnFocus: false }),
  fast: source<number>('/api/fast'),
});

type Sources = typeof mashup extends Mashup<infer S> ? S : never;

function Tiles({ mashup }: { mashup: Mashup<Sources> }) {
  const parts = useMashup(mashup);
  return (
    <ul>
      {Object.entries(parts).map(([key, { state, value }]) => (
        <li key={key}>
          {key}: {state} {value}
        </li>
      ))}
    </ul>
  );
}

const root = document.querySelector('main');
if (root) createRoot(root).render(<Tiles mashup={mashup} />);
Reflect.set(globalThis, 'mashup', mashup);
