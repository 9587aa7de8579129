import type { PageData } from '@tessera/contract';
import { type SlotVisit, watchSlots } from './slots.ts';
import { type VitalReport, watchVitals } from './vitals.ts';

// The module that a page loads when the site wants to know. It imports nothing that boot does: boot must stay one file.

/** The id that `PAGE_DATA_ID` of the contract has. */
const ID: typeof import('@tessera/contract').PAGE_DATA_ID = 'tessera-page';

/** What one page sends when its visitor leaves it; a second batch holds what is new since. */
export interface TelemetryBatch {
  readonly v: 1;
  /** The route's pattern. */
  readonly page: string;
  /** Its path; queries may be personal. */
  readonly path: string;
  readonly vitals: readonly VitalReport[];
  readonly slots: readonly SlotVisit[];
}

start();

function start(): void {
  const script = document.getElementById(ID);
  const { page, telemetry }: Partial<PageData> = JSON.parse(script?.textContent ?? '{}');
  if (page === undefined || telemetry === undefined) return;
  const vitals = watchVitals();
  const slots = watchSlots();
  const send = () => {
    if (document.visibilityState !== 'hidden') return;
    const news = { vitals: vitals.takeNews(), slots: slots.takeNews() };
    if (news.vitals.length + news.slots.length === 0) return;
    sendBatch(telemetry, { v: 1, page, path: location.pathname, ...news });
  };
  // On the window, so after those of the library, which end their measuring then.
  addEventListener('visibilitychange', send);
  addEventListener('pagehide', send);
}

function sendBatch(endpoint: string, batch: TelemetryBatch): void {
  const text = JSON.stringify(batch);
  const foreign = new URL(endpoint, document.baseURI).origin !== location.origin;
  // Another origin gets plain text: JSON would need its permission first, and nobody waits for that any more.
  const body = foreign ? text : new Blob([text], { type: 'application/json' });
  if (navigator.sendBeacon?.(endpoint, body)) return;
  void fetch(endpoint, { method: 'POST', body, keepalive: true, mode: 'no-cors' }).catch(() => {});
}
