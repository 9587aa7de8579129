import type { PageSlot, SlotEventDetail } from '@tessera/contract';

/** How one slot's widget came out. */
export interface SlotVisit extends Pick<PageSlot, 'fragment' | 'version'> {
  readonly slot: string;
  readonly state: 'hydrated' | 'mounted' | 'failed';
  /** When its trigger fired, since the navigation began, and how long it took from there, in milliseconds. */
  readonly startedAtMs: number;
  readonly ms: number;
  readonly retries: number;
  /** Of the error that it failed with. */
  readonly code?: string;
}

interface Kept extends SlotEventDetail {
  readonly type: string;
}

/** Follows the shell's own marks and measures, those that were there before it included. */
export function watchSlots(): { takeNews(): SlotVisit[] } {
  const retries = new Map<string, number>();
  const news = new Map<string, SlotVisit>();

  function note(entry: PerformanceEntry): void {
    const { detail } = entry as PerformanceMark | PerformanceMeasure;
    if (!entry.name.startsWith('tessera:') || !detail) return;
    const { slot, fragment, version, type, code, attempt } = detail as Kept;
    if (type === 'retry' && attempt !== undefined) retries.set(slot, attempt - 1);
    if (entry.entryType !== 'measure') return;
    if (type !== 'hydrated' && type !== 'mounted' && type !== 'failed') return;
    news.set(slot, {
      slot,
      fragment,
      version,
      state: type,
      startedAtMs: Math.round(entry.startTime),
      ms: Math.round(entry.duration),
      retries: retries.get(slot) ?? 0,
      ...(code === undefined ? {} : { code }),
    });
  }

  const noteAll = (list: PerformanceObserverEntryList) => list.getEntries().forEach(note);
  const observers = ['mark', 'measure'].map((type) => {
    const observer = new PerformanceObserver(noteAll);
    observer.observe({ type, buffered: true });
    return observer;
  });

  return {
    takeNews() {
      for (const observer of observers) observer.takeRecords().forEach(note);
      const taken = [...news.values()];
      news.clear();
      return taken;
    },
  };
}
