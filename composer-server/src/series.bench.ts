import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { DurationHistogram } from './series.ts';

test('counting a duration', async ({ bench }) => {
  const own = new DurationHistogram('own_seconds', 'x', ['fragment', 'state']);
  const theirs = new Histogram({
    name: 'own_seconds',
    help: 'x',
    labelNames: ['fragment', 'state'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [new Registry()],
  });
  const [fragment, state] = ['reviews', 'ready'];
  own.observe(12, fragment, state);
  theirs.observe({ fragment, state }, 0.012);
  const lines = async () => (await theirs.get()).values.length;
  expect(own.text().match(/^own_seconds/gm)).toHaveLength(await lines());
  const result = await bench.compare(
    bench('ours', () => own.observe(12, fragment, state)),
    bench('prom-client', () => theirs.observe({ fragment, state }, 0.012)),
  );
  expect(result.get('ours')).toBeFasterThan(result.get('prom-client'));
});
