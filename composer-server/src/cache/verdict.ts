import type { ResponseHeaders } from '../headers.ts';
import type { Entry } from './entry.ts';
import { type AnswerTimes, type Windows, windowsOf } from './freshness.ts';
import type { Lookup } from './lookup.ts';
import { isWorthStoring, judgeStorable, type Storable } from './storable.ts';
import { updatedHeaders } from './validation.ts';

/** What an answer's head says about keeping it. */
export interface Verdict {
  readonly store: boolean;
  /** Whether those who asked in the meantime may have it without asking themselves. */
  readonly shareable: boolean;
  /** Whether what was stored before is not to be used any more. */
  readonly replaces: boolean;
  readonly failed: boolean;
  /** Of what may be stored. */
  readonly windows: Windows | undefined;
  readonly times: AnswerTimes;
}

/** Judges an answer by its head: its own, or with a 304 that of the stored answer brought up to date. */
export function judgeAnswer(
  { method, headers, directives, staleIfErrorMs }: Lookup,
  entry: Entry | undefined,
  code: number,
  answered: ResponseHeaders,
  times: AnswerTimes,
): Verdict {
  const validated = code === 304 && entry !== undefined && entry.conditional.length > 0;
  const response = validated
    ? { status: entry.answer.status, headers: updatedHeaders(entry.answer.headers, answered) }
    : { status: code, headers: answered };
  const storable: Storable = directives.noStore
    ? { ok: false, reason: 'request' }
    : judgeStorable({ method, headers }, response);
  const windows = storable.ok ? windowsOf(response.headers, times) : undefined;
  const store =
    windows !== undefined &&
    isWorthStoring(response.headers, windows, times.receivedAt, staleIfErrorMs);
  return {
    store,
    windows: store ? windows : undefined,
    shareable: store && Math.max(windows.freshUntil, windows.revalidateUntil) > times.receivedAt,
    // These speak of this request, not of what is stored for others.
    replaces: code < 500 && !(!storable.ok && ABOUT_REQUEST.has(storable.reason)),
    failed: code >= 500,
    times,
  };
}

const ABOUT_REQUEST = new Set(['request', 'method', 'cookie', 'authorization', 'status']);
