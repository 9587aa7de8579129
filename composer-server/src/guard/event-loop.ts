import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const BEAT_MS = 50;
const RESOLUTION_MS = 10;
/** Less than this is everyday life on a busy machine. */
const STALL_MS = 100;
/** How much the latest beat counts in the average: a single pause, as for garbage, does not make it high. */
const WEIGHT = 0.25;

/** How late our own event loop is. Has one timer, which does not keep the process alive. */
export class EventLoop {
  /** Called about twenty times a second. */
  onBeat: (delayMs: number) => void = () => {};
  readonly #histogram: IntervalHistogram;
  readonly #timer: NodeJS.Timeout;
  #due = performance.now() + BEAT_MS;
  #delayMs = 0;
  #stalledMs = 0;

  constructor() {
    this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#beat();
      this.onBeat(this.#delayMs);
    }, BEAT_MS);
    this.#timer.unref();
  }

  /** By how much timers and answers are late, in milliseconds, on average over the last moments. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** How long it has stood still in all, in milliseconds: in between, nothing that had come was read. */
  get stalledMs(): number {
    return this.#stalledMs + this.#stallUntil(performance.now());
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  /** Of a stall that has just ended others may hear before the beat does. */
  #stallUntil(now: number): number {
    const lateMs = now - this.#due;
    return lateMs > STALL_MS ? lateMs : 0;
  }

  #beat(): void {
    const now = performance.now();
    const lateMs = now - this.#due;
    this.#stalledMs += this.#stallUntil(now);
    this.#due = now + BEAT_MS;
    // It measures from timer to timer, so that in an idle loop it is the resolution.
    const meanMs = this.#histogram.count > 0 ? this.#histogram.mean / 1e6 - RESOLUTION_MS : lateMs;
    this.#histogram.reset();
    this.#delayMs += (Math.max(0, meanMs) - this.#delayMs) * WEIGHT;
  }
}
