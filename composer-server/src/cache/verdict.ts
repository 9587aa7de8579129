import type { ResponseHeaders } from '../headers.ts';
import type { Entry } from './entry.ts';
import { type AnswerTimes, windowsOf } from './freshness.ts';
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
  const { freshUntil, revalidateUntil } = windowsOf(response.headers, times);
  const store = storable.ok && isWorthStoring(response.headers, times, staleIfErrorMs);
  return {
    store,
    shareable: store && Math.max(freshUntil, revalidateUntil) > times.receivedAt,
    // These speak of this request, not of what is stored for others.
    replaces: code < 500 && !(!storable.ok && ABOUT_REQUEST.has(storable.reason)),
    failed: code >= 500,
    times,
  };
}

const ABOUT_REQUEST = new Set(['request', 'method', 'cookie', 'authorization', 'status']);
