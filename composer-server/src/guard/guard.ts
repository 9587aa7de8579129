import { headerValue } from '../headers.ts';
import { failureKind, IdleTimeout, isRepeatable } from '../upstream/failure.ts';
import type { Service, StreamRequest, StreamResponse } from '../upstream/service.ts';
import type { UpstreamOutcome, WholeRequest } from '../upstream/whole-answer.ts';
import { Breaker, type BreakerOptions, type Clock, type Verdict } from './breaker.ts';
import { ConcurrencyLimit, type Entered } from './concurrency-limit.ts';
import { RetryBudget } from './retry-budget.ts';

/** What stands between a site and one of its fragments' services. */
export interface GuardOptions {
  /** Undefined: none. */
  readonly breaker: BreakerOptions | undefined;
  /** Most requests under way at once. */
  readonly maxConcurrent: number;
  /** Most requests that wait for a place. */
  readonly maxQueued: number;
  /** How often a request that can be repeated may be. */
  readonly retries: number;
}

/** What a guard knows of the world. */
export interface GuardClock extends Clock {
  /** How long our own event loop has stood still in all, in milliseconds. */
  stalledMs(): number;
}

/** `open`: the breaker is; `full`: so many are under way and wait that this one had no chance. */
export type Refusal = 'open' | 'full';

/** What became of a request whose whole body was asked for, if it was made at all. */
export type GuardedOutcome = UpstreamOutcome | { readonly kind: Refusal };

/** A request that the breaker has admitted. */
interface Call {
  readonly ticket: number;
  readonly startedAt: number;
  /** How long our own loop had stood still before. */
  readonly stalledMs: number;
  readonly fullTimeMs: number;
  readonly request: WholeRequest;
}

/** A stream that was not asked for. */
export class Refused extends Error {
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(reason);
    this.name = 'Refused';
    this.reason = reason;
  }
}

/** Less than this is no time for another try. */
const MIN_TIME_MS = 10;
/** Who has waited for half of its time leaves the other half to the service, or gives up. */
const WAIT_SHARE = 0.5;
/** When our own loop stood still for this part of a call's time, its time-out says nothing about the service. */
const STALLED_SHARE = 0.5;
/** With less than this part of its time left, nobody knows whether a service would have been in time. */
const FAIR_SHARE = 0.5;

/**
 * One fragment's breaker, line and retries. Requests go breaker → line → service → (once more); with a default of 1024 at
 * once the way through costs two comparisons.
 */
export class Guard {
  readonly #breaker: Breaker | undefined;
  readonly #limit: ConcurrencyLimit;
  readonly #budget: RetryBudget;
  readonly #retries: number;
  readonly #slowMs: number;
  readonly #clock: GuardClock;
  readonly #refused = { open: 0, full: 0 };
  #retried = 0;
  #withoutBudget = 0;

  constructor(options: GuardOptions, clock: GuardClock) {
    this.#breaker = options.breaker && new Breaker(options.breaker, clock);
    this.#limit = new ConcurrencyLimit(options.maxConcurrent, options.maxQueued);
    this.#budget = new RetryBudget(clock.now);
    this.#retries = options.retries;
    this.#slowMs = options.breaker?.slowMs ?? Number.POSITIVE_INFINITY;
    this.#clock = clock;
  }

  /** For metrics and the registry's page; undefined where there is no breaker. */
  get breaker(): Pick<Breaker, 'state' | 'opened' | 'openForMs' | 'recent'> | undefined {
    return this.#breaker;
  }

  get active(): number {
    return this.#limit.active;
  }

  get queued(): number {
    return this.#limit.queued;
  }

  /** Requests that were not made, by reason; requests that were repeated, or would have been within the budget. */
  get counts() {
    return { ...this.#refused, retried: this.#retried, withoutBudget: this.#withoutBudget };
  }

  /**
   * Fetches a whole answer within a total time, the wait included. Never rejects. Of `fullTimeMs` part may be gone already:
   * with less than half of it, being late says nothing about the service.
   */
  fetchWhole(
    service: Service,
    request: WholeRequest,
    fullTimeMs = request.timeoutMs,
  ): Promise<GuardedOutcome> {
    const ticket = this.#breaker ? this.#breaker.admit() : 1;
    if (ticket === 0) return Promise.resolve({ kind: this.#refuse('open') });
    const startedAt = this.#clock.now();
    const call = { ticket, startedAt, stalledMs: this.#clock.stalledMs(), fullTimeMs, request };
    const place = this.#limit.enter(request.timeoutMs * WAIT_SHARE, request.signal);
    // By hand where nobody has to wait: an async function costs a fragment 1 KB.
    return place === 'in' ? this.#ask(service, request, call) : this.#queue(service, call, place);
  }

  async #queue(
    service: Service,
    call: Call,
    place: Entered | Promise<Entered>,
  ): Promise<GuardedOutcome> {
    const { ticket, startedAt, request } = call;
    const entered = await place;
    if (entered === 'in') {
      if (this.#breaker?.stands(ticket) !== false) {
        const timeoutMs = startedAt + request.timeoutMs - this.#clock.now();
        return this.#ask(service, { ...request, timeoutMs }, call);
      }
      this.#limit.leave();
      return { kind: this.#refuse('open') };
    }
    this.#breaker?.settle(ticket, 'void');
    return { kind: entered === 'left' ? 'aborted' : this.#refuse('full') };
  }

  #ask(service: Service, request: WholeRequest, call: Call): Promise<GuardedOutcome> {
    this.#budget.note();
    return service.fetchWhole(request).then((outcome) => {
      if (!('cause' in outcome)) return this.#judge(outcome, call);
      return this.#again(outcome, service, call).then((last) => this.#judge(last, call));
    });
  }

  /** Lets the breaker know how a call went, and others in. */
  #judge(
    outcome: UpstreamOutcome,
    { ticket, startedAt, stalledMs, fullTimeMs, request }: Call,
  ): UpstreamOutcome {
    this.#limit.leave();
    const slow = this.#clock.now() - startedAt > this.#slowMs;
    const late = slow || outcome.kind === 'timeout';
    const cutShort = request.timeoutMs < fullTimeMs * FAIR_SHARE;
    const stalled = late && this.#hasStalled(stalledMs, request);
    const verdict = judge(outcome, { slow: slow && !stalled, excused: cutShort || stalled });
    const retryAfterMs = outcome.kind === 'response' ? retryAfter(outcome) : 0;
    this.#breaker?.settle(ticket, verdict, retryAfterMs);
    return outcome;
  }

  /**
   * Starts a request whose bodies stream. Rejects as `Service.openStream` does, or with `Refused`. An unsafe one passes the
   * breaker by: somebody has sent it on purpose, it has no fallback, and so it is tried whatever happened to others.
   */
  async openStream(service: Service, request: StreamRequest): Promise<StreamResponse> {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const breaker = reads ? this.#breaker : undefined;
    const ticket = breaker ? breaker.admit() : 1;
    if (ticket === 0) throw new Refused(this.#refuse('open'));
    let verdict: Verdict = 'void';
    let retryAfterMs = 0;
    try {
      const place = this.#limit.enter(request.timeoutMs * WAIT_SHARE, request.signal);
      const entered = typeof place === 'string' ? place : await place;
      if (entered === 'left') throw request.signal.reason;
      if (entered === 'full') throw new Refused(this.#refuse('full'));
      if (breaker?.stands(ticket) === false) {
        this.#limit.leave();
        throw new Refused(this.#refuse('open'));
      }
      const stalledMs = this.#clock.stalledMs();
      try {
        const response = await this.#streamTries(service, request);
        verdict = response.status >= 500 ? 'failure' : 'success';
        retryAfterMs = retryAfter(response);
        return response;
      } catch (error) {
        const stalled = error instanceof IdleTimeout && this.#hasStalled(stalledMs, request);
        const ours = request.signal.aborted || stalled;
        verdict = ours ? 'void' : 'failure';
        throw error;
      }
    } finally {
      breaker?.settle(ticket, verdict, retryAfterMs);
    }
  }

  /** Once more, while what went wrong lets hope that it helps and there is time and budget for it. */
  async #again(
    failed: UpstreamOutcome,
    service: Service,
    { request, startedAt }: Call,
  ): Promise<UpstreamOutcome> {
    const deadline = startedAt + request.timeoutMs;
    let outcome = failed;
    for (let retry = 0; retry < this.#retries; retry++) {
      const timeoutMs = deadline - this.#clock.now();
      if (!('cause' in outcome) || !isRepeatable(outcome.cause, outcome.kind)) break;
      if (timeoutMs < MIN_TIME_MS || !this.#mayRetry()) break;
      outcome = await service.fetchWhole({ ...request, timeoutMs }, { fresh: true });
    }
    return outcome;
  }

  async #streamTries(service: Service, request: StreamRequest): Promise<StreamResponse> {
    const repeatable =
      request.body === undefined && (request.method === 'GET' || request.method === 'HEAD');
    const onEnd = () => this.#limit.leave();
    this.#budget.note();
    for (let retry = 0; ; retry++) {
      try {
        return await service.openStream({ ...request, onEnd }, { fresh: retry > 0 });
      } catch (error) {
        const lost = error instanceof Error && isRepeatable(error, failureKind(error, false));
        const again = repeatable && lost && retry < this.#retries && !request.signal.aborted;
        if (!again || !this.#mayRetry()) {
          onEnd();
          throw error;
        }
      }
    }
  }

  #mayRetry(): boolean {
    const may = this.#budget.take();
    if (may) this.#retried++;
    else this.#withoutBudget++;
    return may;
  }

  /** Whether our own loop stood still for so long that being late says nothing about the service. */
  #hasStalled(stalledBefore: number, { timeoutMs }: { readonly timeoutMs: number }): boolean {
    return this.#clock.stalledMs() - stalledBefore > timeoutMs * STALLED_SHARE;
  }

  #refuse(reason: Refusal): Refusal {
    this.#refused[reason]++;
    return reason;
  }
}

function judge(
  outcome: UpstreamOutcome,
  { slow, excused }: { slow: boolean; excused: boolean },
): Verdict {
  switch (outcome.kind) {
    case 'response':
      if (outcome.status >= 500) return 'failure';
      return slow ? 'failure' : 'success';
    case 'aborted':
    case 'evicted':
      return 'void';
    case 'timeout':
      return excused ? 'void' : 'failure';
    default:
      return 'failure';
  }
}

/** `retry-after` of a 503 in milliseconds (RFC 9110 §10.2.3); dates do not count, our clock may be another. */
function retryAfter({ status, headers }: Pick<StreamResponse, 'status' | 'headers'>): number {
  const seconds = status === 503 ? headerValue(headers, 'retry-after') : undefined;
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : 0;
}
