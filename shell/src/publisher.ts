/** Publishes the parts of a whole one at a time. */
export interface Publisher<T> {
  /** The newest snapshot. */
  state(): Readonly<Record<string, T>>;
  subscribe(listener: () => void): () => void;
  /** Says that `key` may have changed: it is read and published in a task of its own, the most important first. */
  changed(key: string): void;
  /** Resolves when nothing waits to be published. */
  published(): Promise<void>;
  /** Publishes nothing any more. */
  stop(): void;
}

interface PublisherOptions<T> {
  /** The most important first. */
  readonly keys: readonly string[];
  readonly initial: Readonly<Record<string, T>>;
  /** How `key` stands now. */
  read(key: string, before: T): T;
}

/** Makes a publisher. A listener that throws does not keep the others from being called. */
export function createPublisher<T extends object>({
  keys,
  initial,
  read,
}: PublisherOptions<T>): Publisher<T> {
  const listeners = new Set<() => void>();
  const waiting = new Set<string>();
  let done = Promise.withResolvers<void>();
  let state = initial;
  let stopped = false;

  function publishNext(): void {
    if (stopped) return;
    for (const key of keys) {
      const before = state[key];
      if (!waiting.delete(key) || !before) continue;
      const after = read(key, before);
      if (isEqual(before, after)) continue;
      state = Object.freeze({ ...state, [key]: Object.freeze(after) });
      listeners.forEach(call);
      break;
    }
    if (waiting.size > 0) setTimeout(publishNext);
    else done.resolve();
  }

  return {
    state: () => state,
    subscribe(listener) {
      // A listener of its own, also when the same function subscribes twice.
      const own = () => listener();
      listeners.add(own);
      return () => listeners.delete(own);
    },
    changed(key) {
      if (stopped) return;
      if (waiting.size === 0) {
        done = Promise.withResolvers();
        setTimeout(publishNext);
      }
      waiting.add(key);
    },
    published: () => (waiting.size === 0 ? Promise.resolve() : done.promise),
    stop() {
      stopped = true;
      waiting.clear();
      listeners.clear();
      done.resolve();
    },
  };
}

function isEqual(a: object, b: object): boolean {
  const entries = new Map<string, unknown>(Object.entries(a));
  return Object.entries(b).every(([key, value]) => Object.is(entries.get(key), value));
}

function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    reportError(error);
  }
}
