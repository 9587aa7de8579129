import type { ResponseHeaders } from '../headers.ts';
import { type CacheStatus, cacheStatusValue } from './cache-status.ts';
import { type Decision, decide, isFailure, mayStandIn } from './decision.ts';
import { createEntry, type Entry, freshenEntry, type StoredAnswer } from './entry.ts';
import { Flight } from './flight.ts';
import { ageSeconds } from './freshness.ts';
import { HitForMiss } from './hit-for-miss.ts';
import { invalidationOf } from './invalidation.ts';
import type { RequestHeaders } from './key.ts';
import { type CacheResult, joinKey, type Load, type Loaded, type Lookup } from './lookup.ts';
import { MemoryStore, type Purge } from './memory-store.ts';
import { PurgeLog } from './purge-log.ts';
import type { SharedStore } from './shared-store.ts';
import { SharedTier } from './shared-tier.ts';
import { isAboutStored, updatedHeaders } from './validation.ts';
import { judgeAnswer, type Verdict } from './verdict.ts';

export interface FragmentCacheOptions {
  /** Memory for stored answers, in bytes; one answer takes a tenth of it at most. */
  readonly maxBytes: number;
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** The tier that all instances share. Default none. */
  readonly shared?: SharedStore | undefined;
  /** Longest that anybody waits for that tier, in milliseconds. Default 20. */
  readonly sharedLimitMs?: number;
  /** How long an answer that could not be shared keeps later requests from waiting for each other, in milliseconds. Default 20 000. */
  readonly hitForMissMs?: number;
  /** Tells other processes that share nothing else; resolves with what they dropped, and whether all of them did. */
  readonly tellPeers?: ((purge: Purge) => Promise<PurgeResult>) | undefined;
  /** Told of what went wrong while nobody waited. */
  readonly onError?: (error: unknown) => void;
}

/** What a purge has dropped, and whether it reached everybody who must hear of it. */
export interface PurgeResult {
  readonly dropped: number;
  readonly everywhere: boolean;
}

/** What a flight brought. */
type Outcome<Failure, Passed> =
  | {
      readonly kind: 'answer';
      /** For the first asker: what came, with fields that are not stored. */
      readonly answer: StoredAnswer;
      /** Undefined for what nobody else may have. */
      readonly entry: Entry | undefined;
      /** Whether everybody who waits may have the entry. */
      readonly shareable: boolean;
      readonly stored: boolean;
      readonly fwdStatus: number;
    }
  /** From the shared tier. */
  | { readonly kind: 'found'; readonly entry: Entry }
  | Exclude<Loaded<Failure, Passed>, { readonly kind: 'answer' }>;

/** Why a request went on to the service. */
type Forwarded = NonNullable<CacheStatus['fwd']>;

/** Less than this is no time for a request. */
const MIN_TIME_MS = 10;
const REVALIDATION_PAUSE_MS = 1000;
const NO_CONDITIONS: RequestHeaders = [];

/**
 * A shared HTTP cache (RFC 9111) for the answers of fragment services, with stale-while-revalidate and stale-if-error
 * (RFC 5861) and groups (RFC 9875). Requests that are alike in everything that goes up share one request to the service, if
 * its answer may be shared. `Failure` and `Passed` are the caller's own.
 */
export class FragmentCache<Failure, Passed = never> {
  readonly #now: () => number;
  readonly #memory: MemoryStore;
  readonly #shared: SharedTier | undefined;
  readonly #store: SharedStore | undefined;
  readonly #onError: (error: unknown) => void;
  readonly #tellPeers: FragmentCacheOptions['tellPeers'];
  /** Flights that others may join. */
  readonly #joinable = new Map<string, Flight<Outcome<Failure, Passed>>>();
  /** All flights: a purge must reach them. */
  readonly #flights = new Set<Flight<Outcome<Failure, Passed>>>();
  readonly #hitForMiss: HitForMiss;
  readonly #purges = new PurgeLog();

  constructor(options: FragmentCacheOptions) {
    this.#now = options.now ?? Date.now;
    this.#memory = new MemoryStore(options.maxBytes);
    this.#onError = options.onError ?? (() => {});
    this.#hitForMiss = new HitForMiss(options.hitForMissMs ?? 20_000, this.#now);
    this.#tellPeers = options.tellPeers;
    this.#store = options.shared;
    this.#shared =
      options.shared && new SharedTier(options.shared, { limitMs: options.sharedLimitMs ?? 20 });
    options.shared?.listen({
      purged: (purge) => void this.#purgeHere(purge),
      lost: () => this.#memory.soften(this.#now()),
      restored: (complete) => {
        if (!complete) this.clear();
        this.#shared?.catchUp().catch(this.#onError);
      },
    });
  }

  /** Bytes and entries in memory. */
  get size(): { readonly bytes: number; readonly entries: number } {
    return { bytes: this.#memory.bytes, entries: this.#memory.count };
  }

  /**
   * The answer to a lookup, at once where it is stored: stored and fresh, stored and stale while one request revalidates it, from the service, or
   * stored and stale because the service failed. Rejects only when `load` does.
   */
  get(
    lookup: Lookup,
    load: Load<Failure, Passed>,
  ): CacheResult<Failure, Passed> | Promise<CacheResult<Failure, Passed>> {
    const { directives, method, form, url, headers } = lookup;
    const isRead = !directives.noStore && (method === 'GET' || method === 'HEAD');
    const entry = isRead ? this.#memory.get(form, url, headers) : undefined;
    const stored = isRead ? this.#fromMemory(lookup, load, entry) : undefined;
    if (stored) return stored;
    // The last answer was for its asker alone: there is nothing to wait for, here or in the shared tier.
    const asksAlone =
      isRead && method === 'GET' && !entry && !this.#shared && this.#hitForMiss.isLikely(lookup);
    return asksAlone ? this.#askAlone(lookup, load) : this.#fromService(lookup, load);
  }

  /**
   * Notes an answer to a request that did not go through `get`: one with an unsafe method makes stored answers stale
   * (RFC 9111 §4.4, RFC 9875 §3), those of this fragment only.
   */
  async noteAnswer(
    request: { readonly fragment: string; readonly method: string; readonly url: string },
    response: { readonly status: number; readonly headers: ResponseHeaders },
  ): Promise<void> {
    const invalidation = invalidationOf(request, response);
    if (invalidation) await this.purge({ ...invalidation, within: request.fragment });
  }

  /**
   * Drops what the purge names, here and in every instance; what is on its way is not stored. `dropped` counts the
   * entries of this instance, all of its processes, `everywhere` is false while the shared tier, or one of them, cannot be told.
   */
  async purge(purge: Purge): Promise<PurgeResult> {
    const dropped = this.#purgeHere(purge);
    const [peers, shared] = await Promise.all([
      this.#tellPeers?.(purge),
      this.#shared ? this.#shared.purge(purge) : true,
    ]);
    return {
      dropped: dropped + (peers?.dropped ?? 0),
      everywhere: shared && (peers?.everywhere ?? true),
    };
  }

  /** A purge that another process has made; returns how many entries it dropped here. */
  hear(purge: Purge): number {
    return this.#purgeHere(purge);
  }

  /** Drops everything in this instance's memory; what is on its way is not stored. */
  clear(): void {
    this.#purges.noteAll();
    this.#memory.clear();
    this.#joinable.clear();
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }

  #purgeHere(purge: Purge): number {
    this.#purges.note(purge);
    for (const flight of this.#flights) {
      if (flight.isConcernedBy(purge)) this.#close(flight);
    }
    return this.#memory.purge(purge, this.#now());
  }

  #fromMemory(
    lookup: Lookup,
    load: Load<Failure, Passed>,
    entry: Entry | undefined,
  ): CacheResult<Failure, Passed> | undefined {
    const { directives } = lookup;
    const now = this.#now();
    const decision = entry && decide(entry.windows, directives, now);
    if (!entry || decision === undefined || decision === 'revalidate') {
      return directives.onlyIfCached
        ? { kind: 'only-if-cached', status: cacheStatusValue({ hit: false }) }
        : undefined;
    }
    if (decision === 'stale-while-revalidate') this.#revalidate(lookup, entry, load, now);
    return this.#stored(entry, decision, now);
  }

  #stored(entry: Entry, decision: Decision, now: number): CacheResult<Failure, Passed> {
    return {
      kind: 'answer',
      source: decision === 'fresh' ? 'cache' : 'stale',
      answer: entry.answer,
      ageSeconds: ageSeconds(entry.windows, now),
      entry,
      failure: undefined,
      status: cacheStatusValue({ hit: true, ttl: ttl(entry, now) }),
    };
  }

  async #fromService(
    lookup: Lookup,
    load: Load<Failure, Passed>,
  ): Promise<CacheResult<Failure, Passed>> {
    const key = joinKey(lookup);
    const deadline = performance.now() + lookup.timeoutMs;
    let alone = lookup.directives.noStore || lookup.method !== 'GET';
    for (;;) {
      const fwd = this.#reason(lookup);
      alone ||= fwd === 'stale' ? this.#hitForMiss.has(key) : this.#hitForMiss.isLikely(lookup);
      const joined = alone ? undefined : this.#joinable.get(key);
      const flight =
        joined ?? this.#start(lookup, load, key, { joinable: !alone }, deadline, false);
      const waited = await flight.wait(!joined, deadline, lookup.signal);
      if (waited.kind === 'released') {
        alone = true;
        continue;
      }
      if (waited.kind !== 'landed') {
        return (
          this.#standIn(lookup, undefined) ?? {
            kind: waited.kind,
            status: cacheStatusValue({ hit: false, fwd }),
          }
        );
      }
      const { outcome } = waited;
      const result = this.#resultFor(lookup, outcome, fwd, joined !== undefined);
      if (result) return result;
      // Somebody else's time was over, or the answer was somebody else's.
      if (outcome.kind !== 'failure') alone = true;
      if (deadline - performance.now() < MIN_TIME_MS) {
        return (
          this.#standIn(lookup, undefined) ?? {
            kind: 'timeout',
            status: cacheStatusValue({ hit: false, fwd }),
          }
        );
      }
    }
  }

  /**
   * Asks for what could not be shared the last time, and so most likely cannot now: without a flight that others may join,
   * which costs a fragment that is made for each visitor 3 µs.
   */
  #askAlone(lookup: Lookup, load: Load<Failure, Passed>): Promise<CacheResult<Failure, Passed>> {
    const fwd = this.#missed(lookup.url);
    const purges = this.#purges.made;
    const requestedAt = this.#now();
    let verdict: Verdict | undefined;
    const onHead = (code: number, answered: ResponseHeaders): Verdict => {
      verdict ??= judgeAnswer(lookup, undefined, code, answered, {
        requestedAt,
        receivedAt: this.#now(),
      });
      return verdict;
    };
    const { timeoutMs, signal } = lookup;
    const request = { conditional: NO_CONDITIONS, timeoutMs, signal, onHead, background: false };
    return load(request).then((loaded) => {
      if (loaded.kind !== 'answer') return this.#without(lookup, loaded, fwd);
      const { answer } = loaded;
      const { windows, times, shareable, failed } = onHead(answer.status, answer.headers);
      this.#hitForMiss.note(lookup, shareable, failed);
      const stale = isFailure(answer.status) ? this.#standIn(lookup, undefined) : undefined;
      if (stale) return stale;
      const made = windows && createEntry(lookup, answer, times, windows);
      // What was purged in between must not be stored.
      const stored =
        made !== undefined &&
        !this.#purges.hasHit(made, purges) &&
        this.#memory.set(made, lookup.headers);
      const left = made && stored ? ttl(made, this.#now()) : undefined;
      return {
        kind: 'answer',
        source: 'origin',
        answer,
        ageSeconds: undefined,
        entry: stored ? made : undefined,
        failure: undefined,
        status: cacheStatusValue({ hit: false, fwd, stored, ttl: left }),
      };
    });
  }

  /** What an outcome means for one asker; undefined when it has to ask again. */
  #resultFor(
    lookup: Lookup,
    outcome: Outcome<Failure, Passed>,
    fwd: Forwarded,
    joined: boolean,
  ): CacheResult<Failure, Passed> | undefined {
    const now = this.#now();
    switch (outcome.kind) {
      case 'found':
        return this.#stored(
          outcome.entry,
          decide(outcome.entry.windows, lookup.directives, now),
          now,
        );
      case 'passed':
        return joined ? undefined : this.#without(lookup, outcome, fwd);
      case 'failure':
        return joined && outcome.timedOut ? undefined : this.#without(lookup, outcome, fwd);
      case 'answer': {
        const { entry, stored, fwdStatus } = outcome;
        const stale = isFailure(fwdStatus) ? this.#standIn(lookup, undefined) : undefined;
        if (stale) return stale;
        if (joined && !(outcome.shareable && entry)) return undefined;
        const aged = entry && (joined || fwdStatus === 304);
        return {
          kind: 'answer',
          source: 'origin',
          answer: joined && entry ? entry.answer : outcome.answer,
          ageSeconds: aged ? ageSeconds(entry.windows, now) : undefined,
          entry: stored ? entry : undefined,
          failure: undefined,
          status: cacheStatusValue({
            hit: false,
            fwd,
            fwdStatus: fwdStatus === outcome.answer.status ? undefined : fwdStatus,
            stored,
            ttl: stored && entry ? ttl(entry, now) : undefined,
            collapsed: joined,
          }),
        };
      }
    }
  }

  /** What there is where there is no answer: what is stored, if that may stand in. */
  #without(
    lookup: Lookup,
    loaded: Exclude<Loaded<Failure, Passed>, { readonly kind: 'answer' }>,
    fwd: Forwarded,
  ): CacheResult<Failure, Passed> {
    const value = cacheStatusValue({ hit: false, fwd });
    if (loaded.kind === 'passed') return { kind: 'passed', passed: loaded.passed, status: value };
    const { failure } = loaded;
    return this.#standIn(lookup, failure) ?? { kind: 'failure', failure, status: value };
  }

  /** A stored answer in place of one that could not be had, where that is allowed. */
  #standIn(
    { form, url, headers, directives, staleIfErrorMs }: Lookup,
    failure: Failure | undefined,
  ): CacheResult<Failure, Passed> | undefined {
    if (directives.noStore) return undefined;
    // Looked up anew: what was purged in between must not come back.
    const entry = this.#memory.get(form, url, headers);
    const now = this.#now();
    if (!entry || !mayStandIn(entry.windows, directives, staleIfErrorMs, now)) return undefined;
    return {
      kind: 'answer',
      source: now < entry.windows.freshUntil ? 'cache' : 'stale',
      answer: entry.answer,
      ageSeconds: ageSeconds(entry.windows, now),
      entry,
      failure,
      status: cacheStatusValue({ hit: true, ttl: ttl(entry, now), detail: 'stale-if-error' }),
    };
  }

  #revalidate(lookup: Lookup, entry: Entry, load: Load<Failure, Passed>, now: number): void {
    const key = joinKey(lookup);
    if (this.#joinable.has(key) || now < entry.revalidateAfter || lookup.method !== 'GET') return;
    const deadline = performance.now() + lookup.timeoutMs;
    this.#start(lookup, load, key, { joinable: true }, deadline, true).promise.then(
      (outcome) => {
        const failed =
          outcome.kind !== 'found' && (outcome.kind !== 'answer' || isFailure(outcome.fwdStatus));
        if (failed) entry.revalidateAfter = this.#now() + REVALIDATION_PAUSE_MS;
      },
      (error) => {
        entry.revalidateAfter = this.#now() + REVALIDATION_PAUSE_MS;
        this.#onError(error);
      },
    );
  }

  #start(
    lookup: Lookup,
    load: Load<Failure, Passed>,
    key: string,
    { joinable }: { joinable: boolean },
    deadline: number,
    background: boolean,
  ): Flight<Outcome<Failure, Passed>> {
    const flight = new Flight<Outcome<Failure, Passed>>(
      lookup,
      {
        key,
        background,
        purgesBefore: this.#purges.made,
        onEmpty: () => this.#close(flight),
      },
      async (own) => {
        // What belongs to the flight is set up before it begins.
        await undefined;
        try {
          return await this.#fly(own, lookup, load, deadline);
        } finally {
          this.#close(own);
          this.#flights.delete(own);
        }
      },
    );
    this.#flights.add(flight);
    if (joinable) this.#joinable.set(key, flight);
    return flight;
  }

  /** Nobody joins it any more. */
  #close(flight: Flight<Outcome<Failure, Passed>>): void {
    const { key } = flight;
    if (this.#joinable.get(key) === flight) this.#joinable.delete(key);
  }

  async #fly(
    flight: Flight<Outcome<Failure, Passed>>,
    lookup: Lookup,
    load: Load<Failure, Passed>,
    deadline: number,
  ): Promise<Outcome<Failure, Passed>> {
    const { form, url, headers, directives } = lookup;
    const reads = !directives.noStore && lookup.method === 'GET';
    let entry = reads ? this.#memory.get(form, url, headers) : undefined;
    const known = reads ? await this.#shared?.get(lookup) : undefined;
    if (known?.entry && !this.#purges.hasHit(known.entry, flight.purgesBefore)) {
      const { windows } = known.entry;
      const newer = windows.bornAt > (entry?.windows.bornAt ?? 0);
      if (newer && this.#memory.set(known.entry, headers)) entry = known.entry;
      if (newer && decide(windows, directives, this.#now()) === 'fresh')
        return { kind: 'found', entry: known.entry };
    }
    const ask = (about: Entry | undefined) =>
      this.#ask(flight, lookup, about, load, deadline, known?.epoch);
    const first = await ask(entry);
    if (first !== 'not-about-stored') return first;
    // The service vouched for something else than what is stored.
    const second = await ask(undefined);
    if (second === 'not-about-stored') throw new Error('a 304 without a condition has no entry');
    return second;
  }

  async #ask(
    flight: Flight<Outcome<Failure, Passed>>,
    lookup: Lookup,
    entry: Entry | undefined,
    load: Load<Failure, Passed>,
    deadline: number,
    epoch: number | undefined,
  ): Promise<Outcome<Failure, Passed> | 'not-about-stored'> {
    const requestedAt = this.#now();
    let verdict: Verdict | undefined;
    const judge = (code: number, answered: ResponseHeaders): Verdict => {
      verdict ??= judgeAnswer(lookup, entry, code, answered, {
        requestedAt,
        receivedAt: this.#now(),
      });
      this.#remember(lookup, flight, verdict);
      return verdict;
    };
    const loaded = await load({
      conditional: entry?.conditional ?? [],
      timeoutMs: Math.max(0, deadline - performance.now()),
      signal: flight.signal,
      onHead: judge,
      background: flight.background,
    });
    if (loaded.kind !== 'answer') {
      if (loaded.kind !== 'passed') return loaded;
      flight.release();
      if (entry && verdict?.replaces) this.#memory.drop(lookup, lookup.headers, entry);
      return loaded;
    }
    const { answer } = loaded;
    const judged = verdict ?? judge(answer.status, answer.headers);
    if (answer.status === 304 && entry && entry.conditional.length > 0) {
      if (!isAboutStored(entry.answer.headers, answer.headers)) return 'not-about-stored';
      const merged = {
        ...entry.answer,
        headers: updatedHeaders(entry.answer.headers, answer.headers),
      };
      const fresh = freshenEntry(entry, answer.headers, judged.times);
      return this.#keep(flight, lookup, entry, fresh, merged, judged, 304, epoch);
    }
    const made = judged.windows && createEntry(lookup, answer, judged.times, judged.windows);
    return this.#keep(flight, lookup, entry, made, answer, judged, answer.status, epoch);
  }

  /** Stores what came where that is right, and drops what it replaces. */
  #keep(
    flight: Flight<Outcome<Failure, Passed>>,
    lookup: Lookup,
    old: Entry | undefined,
    entry: Entry | undefined,
    answer: StoredAnswer,
    { store, shareable, replaces, times }: Verdict,
    fwdStatus: number,
    epoch: number | undefined,
  ): Outcome<Failure, Passed> {
    const { headers, directives, staleIfErrorMs } = lookup;
    // A failing service must not cost the good answer that stands in for it.
    const spare =
      isFailure(fwdStatus) &&
      old !== undefined &&
      mayStandIn(old.windows, directives, staleIfErrorMs, times.receivedAt);
    let stored = false;
    if (store && entry && !this.#purges.hasHit(entry, flight.purgesBefore) && !spare) {
      stored = this.#memory.set(entry, headers);
      if (stored && epoch !== undefined) this.#shared?.set(entry, headers, epoch);
    } else if (old && replaces && !spare) this.#memory.drop(lookup, headers, old);
    return { kind: 'answer', answer, entry, shareable, stored, fwdStatus };
  }

  /** Lets go of those who cannot share, and spares later ones the wait. */
  #remember(lookup: Lookup, flight: Flight<Outcome<Failure, Passed>>, verdict: Verdict): void {
    if (verdict.store) flight.keep();
    this.#hitForMiss.note(lookup, verdict.shareable, verdict.failed);
    // Those who wait for a failing service may yet get what is stored.
    if (!verdict.shareable && !verdict.failed) flight.release();
  }

  #reason({ method, directives, form, url, headers }: Lookup): Forwarded {
    if (directives.noStore) return 'bypass';
    if (method !== 'GET' && method !== 'HEAD') return 'method';
    const entry = this.#memory.get(form, url, headers);
    if (entry) return this.#now() < entry.windows.freshUntil ? 'request' : 'stale';
    return this.#missed(url);
  }

  #missed(url: string): Forwarded {
    return this.#memory.variants(url) > 0 ? 'vary-miss' : 'uri-miss';
  }
}

function ttl({ windows: { freshUntil } }: Entry, now: number): number {
  return Math.floor((freshUntil - now) / 1000);
}
