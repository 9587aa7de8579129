import type { SlotState } from './slot.ts';

/** The id of the `<script type="application/json">` with a page's report, for the inspector. */
export const REPORT_ID = 'tessera-report';

/** What became of one slot of a page, or of one part of a data page. */
export interface SlotReport {
  /** Its slot-id, or the part's key. */
  readonly slot: string;
  readonly fragment: string;
  readonly team?: string;
  readonly version?: string;
  /** What its service was asked for. */
  readonly url?: string;
  /** `client`: the browser renders it; `left`: the visitor had gone. */
  readonly state: Exclude<SlotState, 'pending'> | 'client' | 'left';
  /** The service's status, where it answered with content. */
  readonly status?: number;
  /** Code and message of the error that led to this state. */
  readonly cause?: string;
  readonly message?: string;
  /** From the request's start until it was settled. */
  readonly ms?: number;
  /** Of its HTML. */
  readonly bytes?: number;
  /** Where its answer came from, as the composer's cache says it. */
  readonly cache?: string;
  /** What had to be changed in its HTML to keep it in its slot. */
  readonly repairs?: readonly string[];
}

/** The composition of one page. */
export interface PageReport {
  readonly requestId: string;
  readonly traceId: string;
  /** The route's pattern. */
  readonly page: string;
  readonly status: number;
  readonly ms: number;
  readonly slots: readonly SlotReport[];
}
