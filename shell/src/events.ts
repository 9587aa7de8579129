import type { EventBus, TesseraEvents } from '@tessera/contract';

type Listener = (detail: unknown) => void;

/**
 * The page's event bus. A listener that throws does not keep the others from being called: its error is reported as
 * an uncaught one. A sticky detail is given to a new listener before `on` returns.
 */
export function createEventBus(): EventBus {
  const listeners = new Map<PropertyKey, Set<Listener>>();
  const kept = new Map<PropertyKey, unknown>();

  return {
    emit(type, detail, { sticky = false } = {}) {
      if (sticky) kept.set(type, detail);
      for (const listener of [...(listeners.get(type) ?? [])]) call(listener, detail);
    },
    on<K extends keyof TesseraEvents>(
      type: K,
      listener: (detail: TesseraEvents[K]) => void,
      { signal }: { signal?: AbortSignal } = {},
    ) {
      // What goes in under a type comes out under it: `emit` has checked the detail.
      const own: Listener = (detail) => listener(detail as TesseraEvents[K]);
      const all = listeners.get(type) ?? new Set();
      const stop = () => {
        all.delete(own);
        signal?.removeEventListener('abort', stop);
      };
      if (signal?.aborted) return stop;
      listeners.set(type, all.add(own));
      signal?.addEventListener('abort', stop);
      if (kept.has(type)) call(own, kept.get(type));
      return stop;
    },
  };
}

function call(listener: Listener, detail: unknown): void {
  try {
    listener(detail);
  } catch (error) {
    reportError(error);
  }
}
