import type { SlotState } from './slot.ts';

/** The id of the `<script type="application/json">` with a page's report, for the inspector. */
export const REPORT_ID = 'tessera-report';

/** What became of one slot of a page, or of one part of a data page. */
export interface SlotReport {
  /** Its slot-id, or the part's key. */
  readonly slot: string;
  readonly fragment: string;
  readonly team?: string | undefined;
  readonly version?: string | undefined;
  /** What its service was asked for. */
  readonly url?: string | undefined;
  /** `client`: the browser renders it; `left`: the visitor had gone. */
  readonly state: Exclude<SlotState, 'pending'> | 'client' | 'left';
  /** The service's status, where it answered with content. */
  readonly status?: number | undefined;
  /** Code and message of the error that led to this state. */
  readonly cause?: string | undefined;
  readonly message?: string | undefined;
  /** From the request's start until it was settled. */
  readonly ms?: number | undefined;
  /** Of its HTML. */
  readonly bytes?: number | undefined;
  /** How the cache came to it, as `cache-status` says it (RFC 9211). */
  readonly cache?: string | undefined;
  /** What had to be done to its HTML to keep it in its slot; absent where it could stay as it was. */
  readonly repairs?: readonly string[] | undefined;
  /** Inline scripts in its HTML that the content security policy does not let run; absent without any. */
  readonly deadScripts?: number | undefined;
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
