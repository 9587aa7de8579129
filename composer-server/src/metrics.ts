import type { PageReport } from '@tessera/contract';
import { Counter, Gauge, Registry as PrometheusRegistry } from 'prom-client';
import type { Overload } from './overload.ts';
import type { AssembledPage } from './page/assembled.ts';
import type { Registry } from './registry.ts';
import { DurationHistogram, Totals } from './series.ts';
import type { Peers } from './workers/peers.ts';
import { sumMetrics } from './workers/sum-metrics.ts';

// The only door to the metrics library.

const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;

/** All that one assembled page counts each time. */
interface AssembledCounters {
  readonly durations: readonly { observe(ms: number): void }[];
  readonly amounts: readonly { readonly total: { amount: number }; readonly amount: number }[];
}

/** What Prometheus reads at `/_tessera/metrics`; durations in seconds. */
export class Metrics {
  readonly #prometheus = new PrometheusRegistry();
  readonly #peers: Peers | undefined;
  readonly #pages = new DurationHistogram(
    'tessera_page_duration_seconds',
    'From the request until the last byte of the page was taken.',
    ['page', 'status'],
  );
  readonly #slots = new DurationHistogram(
    'tessera_slot_duration_seconds',
    'From the request until the slot was settled.',
    ['fragment', 'state'],
  );
  readonly #bytes = new Totals(
    'tessera_slot_bytes_total',
    'HTML of fragments on pages.',
    'fragment',
  );
  readonly #assembled = new Totals(
    'tessera_pages_assembled_total',
    'Pages that were given as a whole, from memory.',
    'page',
  );
  readonly #ofAssembled = new WeakMap<AssembledPage, AssembledCounters>();
  readonly #passages = new DurationHistogram(
    'tessera_passthrough_duration_seconds',
    "Requests below /_fragments/, until the answer's head.",
    ['fragment', 'kind', 'status'],
  );
  readonly #causes: Counter<'fragment' | 'cause'>;
  readonly #repairs: Counter<'fragment' | 'repair'>;

  /** `registry` answers which one is in use when the metrics are read; those of `peers` are added up with its own. */
  constructor(registry: () => Registry, overload: Overload, peers?: Peers) {
    this.#peers = peers;
    const registers = [this.#prometheus];
    this.#causes = new Counter({
      name: 'tessera_slot_failures_total',
      help: 'Slots that did not get their fragment, by error code.',
      labelNames: ['fragment', 'cause'],
      registers,
    });
    this.#repairs = new Counter({
      name: 'tessera_slot_repairs_total',
      help: 'Fragments whose HTML had to be repaired, by what was done.',
      labelNames: ['fragment', 'repair'],
      registers,
    });
    new Gauge({
      name: 'tessera_fragment_known',
      help: '1 while the manifest of the fragment is known.',
      labelNames: ['fragment'],
      registers,
      collect() {
        this.reset();
        for (const { options, manifest } of registry().all())
          this.set({ fragment: options.name }, manifest ? 1 : 0);
      },
    });
    new Gauge({
      name: 'tessera_upstream_active',
      help: 'Requests under way to a service.',
      labelNames: ['service'],
      registers,
      collect() {
        this.reset();
        for (const { service } of registry().all())
          this.set({ service: service.origin }, service.active);
      },
    });
    const guards = () => [...registry().all()].map(({ options, guard }) => ({ ...options, guard }));
    new Gauge({
      name: 'tessera_breaker_state',
      help: '1 for the state that the breaker of the fragment is in.',
      labelNames: ['fragment', 'state'],
      registers,
      collect() {
        this.reset();
        for (const { name: fragment, guard } of guards())
          for (const state of guard.breaker ? BREAKER_STATES : [])
            this.set({ fragment, state }, guard.breaker?.state === state ? 1 : 0);
      },
    });
    new Gauge({
      name: 'tessera_fragment_requests',
      help: 'Requests to the service of the fragment that are under way, or wait for their turn.',
      labelNames: ['fragment', 'state'],
      registers,
      collect() {
        this.reset();
        for (const { name: fragment, guard } of guards()) {
          this.set({ fragment, state: 'active' }, guard.active);
          this.set({ fragment, state: 'queued' }, guard.queued);
        }
      },
    });
    new Counter({
      name: 'tessera_breaker_opened_total',
      help: 'How often the breaker of the fragment has opened.',
      labelNames: ['fragment'],
      registers,
      collect() {
        this.reset();
        for (const { name: fragment, guard } of guards())
          if (guard.breaker) this.inc({ fragment }, guard.breaker.opened);
      },
    });
    new Counter({
      name: 'tessera_requests_refused_total',
      help: 'Requests that were not made to the service of the fragment: open breaker, full queue.',
      labelNames: ['fragment', 'by'],
      registers,
      collect() {
        this.reset();
        for (const { name: fragment, guard } of guards()) {
          this.inc({ fragment, by: 'breaker' }, guard.counts.open);
          this.inc({ fragment, by: 'queue' }, guard.counts.full);
        }
      },
    });
    new Counter({
      name: 'tessera_retries_total',
      help: 'Requests that were sent again, or would have been within the budget.',
      labelNames: ['fragment', 'result'],
      registers,
      collect() {
        this.reset();
        for (const { name: fragment, guard } of guards()) {
          this.inc({ fragment, result: 'sent' }, guard.counts.retried);
          this.inc({ fragment, result: 'over-budget' }, guard.counts.withoutBudget);
        }
      },
    });
    new Gauge({
      name: 'tessera_requests_in_flight',
      help: 'Requests of visitors that are worked on.',
      registers,
      collect() {
        this.set(overload.inFlight);
      },
    });
    new Gauge({
      name: 'tessera_requests_waiting',
      help: 'Requests of visitors that came all at once and wait for their turn.',
      registers,
      collect() {
        this.set(overload.waiting);
      },
    });
    new Gauge({
      name: 'tessera_event_loop_delay_seconds',
      help: 'How late the event loop is on average.',
      registers,
      collect() {
        this.set(overload.delayMs / 1000);
      },
    });
    new Counter({
      name: 'tessera_requests_shed_total',
      help: 'Requests of visitors that got a 503 because there was too much to do.',
      registers,
      collect() {
        this.reset();
        this.inc(overload.shed);
      },
    });
    new Gauge({
      name: 'process_resident_memory_bytes',
      help: 'Memory of the process.',
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
  }

  countPage({ page, status, ms, slots }: PageReport): void {
    this.#pages.observe(ms, page, String(status));
    for (const { fragment, state, cause, ms: slotMs, bytes, repairs } of slots) {
      if (slotMs !== undefined) this.#slots.observe(slotMs, fragment, state);
      if (cause && state !== 'left') this.#causes.inc({ fragment, cause });
      for (const repair of repairs ?? []) this.#repairs.inc({ fragment, repair });
      if (bytes) this.#bytes.add(fragment, bytes);
    }
  }

  /** A page that was given as a whole, and all of its slots at once. */
  countAssembled(assembled: AssembledPage, ms: number): void {
    let counters = this.#ofAssembled.get(assembled);
    if (!counters) {
      const { page, parts } = assembled;
      const slots = parts.map(({ fragment }) => this.#slots.series(fragment, 'ready'));
      const bytes = parts.map(({ fragment, entry }) => ({
        total: this.#bytes.of(fragment),
        amount: entry.answer.body.length,
      }));
      const durations = [this.#pages.series(page, '200'), ...slots];
      counters = { durations, amounts: [...bytes, { total: this.#assembled.of(page), amount: 1 }] };
      this.#ofAssembled.set(assembled, counters);
    }
    for (const series of counters.durations) series.observe(ms);
    for (const { total, amount } of counters.amounts) total.amount += amount;
  }

  countPassage(fragment: string, kind: string, status: number, ms: number): void {
    this.#passages.observe(ms, fragment, kind, String(status));
  }

  /** In the Prometheus text format, those of all processes together. */
  async expose(): Promise<{ type: string; text: string }> {
    const type = this.#prometheus.contentType;
    if (!this.#peers) return { type, text: await this.ownText() };
    const { answers } = await this.#peers.ask({ kind: 'metrics' });
    return { type, text: sumMetrics(answers.map(String)) };
  }

  /** Those of this process alone. */
  async ownText(): Promise<string> {
    const own = [this.#pages, this.#assembled, this.#slots, this.#bytes, this.#passages];
    return own.map((one) => one.text()).join('') + (await this.#prometheus.metrics());
  }
}
