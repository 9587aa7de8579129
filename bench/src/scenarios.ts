import type { ComposerName } from './composers.ts';
import type { FragmentSpec, PageSpec } from './page.ts';

/** One composer with one page. */
export interface Run {
  /** Unique in its scenario. */
  readonly name: string;
  readonly composer: ComposerName;
  readonly spec: PageSpec;
}

/** Runs that are measured in turn, so that their ratios mean something. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** How many pages are under way at once; 0: single visits only. */
  readonly connections: number;
  readonly runs: readonly Run[];
}

const KB = 1024;
const fragment = (more: Partial<FragmentSpec> = {}): FragmentSpec => ({
  ...{ bytes: 4 * KB, maxAgeSeconds: 0, delayMs: 0, mode: 'ok' },
  ...more,
});
const page = (fragments: readonly FragmentSpec[], more: Partial<PageSpec> = {}): PageSpec => ({
  ...{ fragments, cached: false, gzip: false, timeoutMs: 1000 },
  ...more,
});
const times = (count: number, more: Partial<FragmentSpec> = {}) =>
  Array.from({ length: count }, () => fragment(more));
const kept = { maxAgeSeconds: 3600 };
const oneFresh = [...times(2, kept), fragment(), ...times(3, kept)];

const EVERYBODY: readonly ComposerName[] = [
  ...(['static', 'fan-out', 'tessera', 'nginx', 'varnish'] as const),
  ...(['podium', 'tailor', 'nodesi'] as const),
];
const SERVERS: readonly ComposerName[] = ['static', 'tessera', 'nginx', 'varnish'];

const runs = (composers: readonly ComposerName[], spec: PageSpec): Run[] =>
  composers.map((composer) => ({ name: composer, composer, spec }));
/** HTML that differs each time: nothing that was made of the last one is of use. */
const varied = (fragments: readonly FragmentSpec[], more: Partial<PageSpec> = {}): Run => ({
  name: 'tessera varied',
  composer: 'tessera varied',
  spec: page(
    fragments.map((one) => (one.maxAgeSeconds === 0 ? { ...one, mode: 'varied' } : one)),
    more,
  ),
});
const sized = (composers: readonly ComposerName[], label: string, spec: PageSpec): Run[] =>
  composers.map((composer) => ({ name: `${composer} ${label}`, composer, spec }));
const broken = (mode: FragmentSpec['mode'], composers: readonly ComposerName[]): Scenario => ({
  id: mode,
  title: `One of six fragments is ${mode}, limit 1000 ms`,
  connections: 0,
  runs: runs(composers, page(times(6).map((one, i) => (i === 2 ? { ...one, mode } : one)))),
});

/** Every scenario; sizes are decoded bytes. */
export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'uncached',
    title: 'Uncached: six fragments of 4 KB',
    connections: 64,
    runs: [...runs(EVERYBODY, page(times(6))), varied(times(6))],
  },
  {
    id: 'uncached-gzip',
    title: 'Uncached, compressed',
    connections: 64,
    runs: [...runs(EVERYBODY, page(times(6), { gzip: true })), varied(times(6), { gzip: true })],
  },
  {
    id: 'cached',
    title: 'All fragments stored',
    connections: 64,
    runs: runs(SERVERS, page(times(6, kept), { cached: true })),
  },
  {
    id: 'cached-gzip',
    title: 'All fragments stored, compressed',
    connections: 64,
    runs: runs(SERVERS, page(times(6, kept), { cached: true, gzip: true })),
  },
  {
    id: 'one-fresh-gzip',
    title: 'Five fragments stored, one fetched each time, compressed',
    connections: 64,
    runs: [
      ...runs(
        ['static', 'fan-out', 'tessera', 'nginx', 'varnish'],
        page(oneFresh, { cached: true, gzip: true }),
      ),
      varied(oneFresh, { cached: true, gzip: true }),
    ],
  },
  {
    id: 'slots',
    title: 'Uncached: 1, 6, 20, 50 and 200 fragments of 4 KB',
    connections: 32,
    runs: [1, 6, 20, 50, 200].flatMap((count) =>
      sized(
        count === 200 ? ['fan-out', 'tessera'] : ['fan-out', 'tessera', 'nginx'],
        String(count),
        page(times(count)),
      ),
    ),
  },
  {
    id: 'sizes',
    title: 'Uncached: six fragments of 1 KB and of 64 KB',
    connections: 64,
    runs: [1, 64].flatMap((size) =>
      sized(['fan-out', 'tessera', 'nginx'], `${size} KB`, page(times(6, { bytes: size * KB }))),
    ),
  },
  {
    id: 'slow',
    title: 'Fragments after 10, 30, 400, 60, 90 and 120 ms, 500 visitors',
    connections: 500,
    runs: runs(
      ['static', 'fan-out', 'tessera', 'nginx', 'podium', 'tailor'],
      page([10, 30, 400, 60, 90, 120].map((delayMs) => fragment({ delayMs }))),
    ),
  },
  {
    id: 'processes',
    title: 'Uncached, with one process and with two, and all fragments stored, with Redis behind',
    connections: 64,
    runs: [
      ...runs(['tessera', 'tessera 2 workers'], page(times(6))),
      ...sized(['tessera', 'tessera redis'], 'stored', page(times(6, kept), { cached: true })),
    ],
  },
  broken('dead', [
    'static',
    'fan-out',
    'tessera',
    'nginx',
    'varnish',
    'podium',
    'tailor',
    'nodesi',
  ]),
  // The fan-out and nodesi have no limit, that of Podium ends with the headers: those pages would never end.
  broken('hanging', ['static', 'tessera', 'nginx', 'varnish', 'podium', 'tailor']),
  broken('halfway', ['static', 'tessera', 'nginx', 'varnish', 'tailor']),
  {
    id: 'held',
    title: '1000 pages held for 2 s',
    connections: 1000,
    runs: runs(
      ['fan-out', 'tessera', 'nginx'],
      page(times(6, { delayMs: 2000 }), { timeoutMs: 8000 }),
    ),
  },
];
