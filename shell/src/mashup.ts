import { QueryClient, QueryObserver, type QueryObserverResult } from '@tanstack/query-core';
import type { CompositionError } from '@tessera/contract';
import { loadSource } from './load-source.ts';
import { createPublisher } from './publisher.ts';
import type { Part, Source } from './source.ts';

export { type Part, type Source, type SourceFrom, type SourceOptions, source } from './source.ts';

/** A mashup's sources by key. */
export type Sources = Readonly<Record<string, Source<unknown>>>;

/** How each source stands: an immutable snapshot. */
export type Parts<S extends Sources> = {
  readonly [K in keyof S]: Part<S[K] extends Source<infer T> ? T : never>;
};

export interface MashupOptions {
  /** Stops the mashup when it aborts; a widget gives `context.signal`. */
  readonly signal?: AbortSignal | undefined;
}

/** Data of several services, put together in the browser. */
export interface Mashup<S extends Sources = Sources> {
  /** The newest snapshot; another object after every change, with the same parts where nothing changed. */
  readonly state: Parts<S>;
  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /**
   * Loads one source again, or all; what is loading already is not asked twice, and what is shown stays until the answer
   * is there. Resolves when the outcome is published; never rejects.
   */
  refresh(key?: keyof S): Promise<void>;
  /**
   * Loads one source again, also when it is loading already: that is aborted. What is shown stays until the answer is
   * there. Resolves when the outcome is published; never rejects.
   */
  restart(key: keyof S): Promise<void>;
  /** Loads a source again if it has failed. Resolves when the outcome is published; never rejects. */
  retry(key: keyof S): Promise<void>;
  /** Aborts what runs and publishes nothing any more; `state` stays as it is. */
  stop(): void;
}

type Loaded = { readonly value: unknown };

const LOADING: Part<unknown> = Object.freeze({
  state: 'loading',
  value: undefined,
  error: undefined,
  updatedAt: undefined,
  refreshing: false,
  stale: false,
});

/**
 * Loads all sources at once and publishes what each one gives as soon as it is there.
 *
 * Sources are asked in order of importance: the higher `importance` first, equals in the order of their definition. Every
 * outcome is published in a snapshot of its own, in a task of its own, so that the browser can paint it before the next;
 * of those that wait to be published, the most important goes first. So the order is that of arrival, except for what
 * arrives together (before the task that follows the first of them has run).
 *
 * The first load may come from the browser's HTTP cache; who loads again wants it new, so that asks the server
 * (`cache: 'no-cache'`).
 *
 * Starts at once and runs until `stop()` or until `signal` aborts. A page that the visitor leaves aborts what runs.
 */
export function createMashup<const S extends Sources>(
  sources: S,
  { signal }: MashupOptions = {},
): Mashup<S> {
  const client = new QueryClient();
  const keys = Object.keys(sources)
    .map((key) => [key, sources[key]?.importance ?? 0] as const)
    .toSorted(([, a], [, b]) => b - a)
    .map(([key]) => key);
  const observers = new Map(keys.map((key) => [key, observe(client, key, sources[key])]));
  const end = new AbortController();

  const publisher = createPublisher<Part<unknown>>({
    keys,
    initial: Object.freeze(Object.fromEntries(Object.keys(sources).map((key) => [key, LOADING]))),
    read(key, before) {
      const result = observers.get(key)?.getCurrentResult();
      return result ? partOf(result, before) : before;
    },
  });

  /** Resolves when the outcome is published. */
  async function load(wanted: readonly (string | undefined)[]): Promise<void> {
    if (end.signal.aborted) return;
    const loads = wanted.map((key) => observers.get(key ?? ''));
    await Promise.all(loads.map((observer) => observer?.refetch({ cancelRefetch: false })));
    await publisher.published();
  }

  function stop(): void {
    if (end.signal.aborted) return;
    end.abort();
    publisher.stop();
    for (const observer of observers.values()) observer.destroy();
    client.clear();
    signal?.removeEventListener('abort', stop);
  }

  if (signal?.aborted) stop();
  else {
    signal?.addEventListener('abort', stop);
    // The first subscriber of an observer starts its load.
    for (const [key, observer] of observers) observer.subscribe(() => publisher.changed(key));
    whenVisitorReturns(end.signal, {
      leave: () => client.cancelQueries(),
      comeBack: ({ toPage }) => load(keys.filter((key) => toPage || sources[key]?.refreshOnFocus)),
    });
  }

  return {
    get state() {
      // Filled key by key from the sources whose types `Parts` repeats.
      return publisher.state() as Parts<S>;
    },
    subscribe: publisher.subscribe,
    refresh: (key) => load(key === undefined ? keys : [String(key)]),
    async restart(key) {
      await client.cancelQueries({ queryKey: [key] });
      await load([String(key)]);
    },
    retry: async (key) => {
      if (publisher.state()[String(key)]?.state === 'error') await load([String(key)]);
    },
    stop,
  };
}

function observe(client: QueryClient, key: string, source: Source<unknown> | undefined) {
  let cache: RequestCache = 'default';
  return new QueryObserver<Loaded, CompositionError>(client, {
    queryKey: [key],
    // Wrapped, because a value may be undefined; retries and time-out are the load's own.
    queryFn: async ({ signal }) => {
      const loading = source && loadSource(key, source, signal, cache);
      cache = 'no-cache';
      return { value: await loading };
    },
    retry: false,
    networkMode: 'always',
    refetchInterval: source?.refreshMs ?? false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    gcTime: Number.POSITIVE_INFINITY,
  });
}

/** A load that has failed keeps its error until its repetition ends, so that nobody sees it as loading for the first time. */
function partOf(
  { data, error, dataUpdatedAt, fetchStatus }: QueryObserverResult<Loaded, CompositionError>,
  before: Part<unknown>,
): Part<unknown> {
  const refreshing = fetchStatus !== 'idle';
  const failure = error ?? (data ? undefined : before.error);
  const known = data && { value: data.value, updatedAt: dataUpdatedAt };
  if (failure) {
    const { value, updatedAt } = known ?? { value: undefined, updatedAt: undefined };
    return { state: 'error', value, error: failure, updatedAt, refreshing, stale: !!known };
  }
  if (!known) return LOADING;
  return { state: 'ready', ...known, error: undefined, refreshing, stale: false };
}

/** Tells when the visitor comes back to the tab or window, and when the page is left or taken out of the browser's cache. */
function whenVisitorReturns(
  signal: AbortSignal,
  { leave, comeBack }: { leave(): void; comeBack(how: { toPage: boolean }): void },
): void {
  if (typeof document === 'undefined') return;
  const onFocus = () => {
    if (document.visibilityState === 'visible') comeBack({ toPage: false });
  };
  document.addEventListener('visibilitychange', onFocus, { signal });
  addEventListener('focus', onFocus, { signal });
  addEventListener('pagehide', leave, { signal });
  addEventListener('pageshow', ({ persisted }) => persisted && comeBack({ toPage: true }), {
    signal,
  });
}
