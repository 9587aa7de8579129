/** How much the process takes on. */
export interface OverloadOptions {
  /** Most requests that are worked on at once. */
  readonly maxRequests: number;
  /** How late the event loop may be, on average, before less is taken on, in milliseconds. */
  readonly maxDelayMs: number;
}

/** What a request may cost now: everything, no optional slots, or nothing but a 503. */
export type Admission = 'all' | 'essential' | 'none';

/** With no more at once than this, whatever makes the loop late is not the number of visitors; so many just wait a little. */
const MIN_AT_ONCE = 256;
/** So many may be under way or come in one turn of the loop: a thousand held pages that all end and are asked for anew are no flood. */
const MAX_IN_ONE_TURN = 1024;
/** What fewer visitors ask for may keep the loop busy at a stretch for so many times `maxDelayMs`. */
const STRETCH = 4;
/** So many a second are taken on in any case. */
const MIN_RATE = 10;
/** From this part of `maxRequests` on optional slots are left out. */
const ESSENTIAL_SHARE = 0.75;
/** What is taken on of what could be done lately, and by how much that grows with each beat that is in time, or early. */
const LESS = 0.9;
const MORE = 1.02;
const MUCH_MORE = 1.1;
const EARLY_SHARE = 0.25;
/** Requests come in bursts: so many seconds' worth may come at once. */
const BURST_SECONDS = 0.1;
const THROUGHPUT_WEIGHT = 0.3;
/** What comes all at once waits for its turn for so long, and no more than so many do. */
const MAX_WAIT_MS = 2000;
const MAX_WAITING = 1024;
/** So many of them are taken on with each beat: in between, what the others have asked for is read. */
const TURNS_A_BEAT = 64;

/** Who waits for a turn. */
interface Waiting {
  readonly since: number;
  readonly end: (how: Admission) => void;
}

/**
 * Sheds load before everything is late: first optional slots, then whole requests, which then cost next to nothing. There
 * are three bounds. One is on requests under way. One is on how many are taken on in a second: while many come and the
 * event loop is too late, somewhat less than was done lately; it grows again once the loop is in time. And while it does not
 * come round at all, many are not joined by more, nor those that have kept it busy for that long. Who comes while that is so
 * waits for the loop to be in time again, for two seconds at most: a thousand at once are no more than can be done in a while.
 */
export class Overload {
  readonly #options: () => OverloadOptions | undefined;
  readonly #now: () => number;
  #delayMs = 0;
  #inFlight = 0;
  #shed = 0;
  /** Requests a second that may be taken on. */
  #rate = Number.POSITIVE_INFINITY;
  /** Of those, how many may come now. */
  #tokens = 0;
  #late = false;
  /** Since the last beat. */
  #come = 0;
  #firstCameAt = 0;
  #done = 0;
  #throughput = 0;
  #notedAt: number;
  #filledAt: number;
  /** In the order in which they came. */
  readonly #line: Waiting[] = [];
  #closed = false;

  /**
   * `options` answers those in use; undefined: everything is always taken on. `now` is a monotonic clock in milliseconds.
   */
  constructor(options: () => OverloadOptions | undefined, now = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#notedAt = this.#filledAt = now();
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** How late the event loop is on average, in milliseconds. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Requests that got nothing but a 503. */
  get shed(): number {
    return this.#shed;
  }

  /** Notes how late the event loop is, about twenty times a second. */
  note(delayMs: number): void {
    const now = this.#now();
    const seconds = Math.max(1, now - this.#notedAt) / 1000;
    this.#throughput += (this.#done / seconds - this.#throughput) * THROUGHPUT_WEIGHT;
    const atOnce = Math.max(this.#inFlight, this.#come);
    this.#notedAt = now;
    this.#done = 0;
    this.#come = 0;
    this.#delayMs = delayMs;
    const options = this.#options();
    if (!options) {
      for (const { end } of this.#line.splice(0)) end(this.#admit(undefined));
      return;
    }
    this.#late = delayMs > options.maxDelayMs && atOnce > MIN_AT_ONCE;
    if (this.#late) {
      if (this.#rate === Number.POSITIVE_INFINITY) {
        this.#tokens = MIN_RATE;
        this.#filledAt = now;
      }
      this.#rate = Math.max(MIN_RATE, Math.min(this.#rate, this.#throughput * LESS));
    } else this.#rate *= delayMs < options.maxDelayMs * EARLY_SHARE ? MUCH_MORE : MORE;
    while (this.#line[0] && now - this.#line[0].since > MAX_WAIT_MS)
      this.#line.shift()?.end(this.#refuse());
    if (!this.#late) this.#serveLine(options);
  }

  /**
   * Takes a request on, at once or when its turn comes, unless the answer is `none`; else `leave()` has to follow. Who waits
   * and is told by `signal()` that the visitor has left, does not wait any more.
   */
  enter(signal?: () => AbortSignal): Admission | Promise<Admission> {
    const options = this.#options();
    if (this.#come++ === 0) this.#firstCameAt = this.#now();
    if (!options) return this.#admit(undefined);
    if (this.#inFlight >= options.maxRequests) return this.#refuse();
    if (!this.#standsStill(options) && this.#take()) return this.#admit(options);
    if (this.#line.length >= MAX_WAITING || this.#closed) return this.#refuse();
    return this.#wait(signal?.());
  }

  leave(): void {
    this.#inFlight--;
    this.#done++;
  }

  /** Counts a request as under way until then. */
  hold(until: Promise<unknown>): void {
    this.#inFlight++;
    void until.finally(() => {
      this.#inFlight--;
    });
  }

  /** Refuses who waits, and lets nobody wait from now on. */
  close(): void {
    this.#closed = true;
    for (const { end } of this.#line.splice(0)) end(this.#refuse());
  }

  #wait(signal: AbortSignal | undefined): Promise<Admission> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#line.splice(this.#line.indexOf(waiting), 1);
        resolve(this.#refuse());
      };
      const end = (how: Admission) => {
        signal?.removeEventListener('abort', leave);
        resolve(how);
      };
      const waiting = { since: this.#now(), end };
      signal?.addEventListener('abort', leave);
      this.#line.push(waiting);
    });
  }

  /** The latest first: where there is too much for long, who is served has hardly waited. */
  #serveLine(options: OverloadOptions): void {
    for (let turn = 0; turn < TURNS_A_BEAT && this.#line.length > 0; turn++) {
      if (this.#inFlight >= options.maxRequests || !this.#take()) return;
      this.#line.pop()?.end(this.#admit(options));
    }
  }

  #admit(options: OverloadOptions | undefined): Admission {
    this.#inFlight++;
    if (!options) return 'all';
    const crowded = this.#inFlight > options.maxRequests * ESSENTIAL_SHARE;
    return crowded || this.#late ? 'essential' : 'all';
  }

  #refuse(): Admission {
    this.#shed++;
    return 'none';
  }

  /**
   * Whether the loop has not come round for too long, with many at once or by the work of those that came: all that has come is handed out in one turn, in
   * which nobody can note how late it gets.
   */
  #standsStill({ maxDelayMs }: OverloadOptions): boolean {
    const now = this.#now();
    const atOnce = Math.max(this.#inFlight, this.#come);
    if (atOnce > MAX_IN_ONE_TURN && now - this.#notedAt > maxDelayMs) return true;
    return now - this.#firstCameAt > maxDelayMs * STRETCH;
  }

  #take(): boolean {
    if (this.#rate === Number.POSITIVE_INFINITY) return true;
    const now = this.#now();
    const most = Math.max(MIN_RATE, this.#rate * BURST_SECONDS);
    const gained = ((now - this.#filledAt) / 1000) * this.#rate;
    this.#filledAt = now;
    this.#tokens = Math.min(most, this.#tokens + gained);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
