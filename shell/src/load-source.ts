import type { CompositionError } from '@tessera/contract';
import {
  sourceFailed,
  sourceInvalid,
  sourceNotJson,
  sourceStatus,
  sourceTimeout,
  sourceUnreachable,
} from './errors.ts';
import type { Source } from './source.ts';

/** One attempt; `again` says whether another one might do better. */
type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: CompositionError; readonly again: boolean };

/** How long to wait before each retry, in milliseconds; the last number holds for all further ones. */
const RETRY_DELAYS_MS = [250, 1000];

/**
 * Loads a source once, retries included. Rejects with a CompositionError `MASHUP_SOURCE_…` within `timeoutMs`, or with
 * the signal's reason when that aborts; what runs is aborted in both cases. A URL is asked with the given cache mode.
 */
export async function loadSource<T>(
  name: string,
  source: Source<T>,
  signal: AbortSignal,
  cache: RequestCache = 'default',
): Promise<T> {
  const { timeoutMs, retries } = source;
  const end = new AbortController();
  let failure: CompositionError | undefined;
  const timer = setTimeout(() => end.abort(sourceTimeout(name, timeoutMs, failure)), timeoutMs);
  signal.addEventListener('abort', () => end.abort(signal.reason), { signal: end.signal });
  try {
    for (let attempt = 0; ; attempt++) {
      const result = await unlessAborted(
        attemptSource(name, source, end.signal, cache),
        end.signal,
      );
      if (result.ok) return result.value;
      failure = result.error;
      if (!result.again || attempt >= retries) throw failure;
      const delayMs = RETRY_DELAYS_MS[attempt] ?? RETRY_DELAYS_MS.at(-1);
      await unlessAborted(new Promise((resolve) => setTimeout(resolve, delayMs)), end.signal);
    }
  } finally {
    clearTimeout(timer);
    // Also ends a body that nobody has read: it would keep its connection.
    end.abort();
  }
}

async function attemptSource<T>(
  name: string,
  { from, parse }: Source<T>,
  signal: AbortSignal,
  cache: RequestCache,
): Promise<Attempt<T>> {
  const failed = (error: CompositionError, again: boolean) =>
    ({ ok: false, error, again }) as const;
  const got = await ask(name, from, signal, cache).catch((error: CompositionError) => error);
  if (got instanceof Error) return failed(got, true);
  let { value } = got;
  if (value instanceof Response) {
    const { ok, status, url } = value;
    const again = status >= 500 || status === 408 || status === 429;
    if (!ok) return failed(sourceStatus(name, url, status), again);
    try {
      value = await value.text();
    } catch (cause) {
      return failed(sourceUnreachable(name, url, cause), true);
    }
    try {
      value = JSON.parse(String(value));
    } catch (cause) {
      return failed(sourceNotJson(name, url, cause), false);
    }
  }
  try {
    return { ok: true, value: parse(value) };
  } catch (cause) {
    return failed(sourceInvalid(name, cause), false);
  }
}

async function ask(
  name: string,
  from: Source<unknown>['from'],
  signal: AbortSignal,
  cache: RequestCache,
) {
  let url = from;
  if (typeof from === 'function') {
    try {
      const made = from(signal);
      if (typeof made === 'string' || made instanceof URL) url = made;
      else return { value: await made };
    } catch (cause) {
      throw sourceFailed(name, cause);
    }
  }
  const headers = { accept: 'application/json' };
  try {
    return { value: await fetch(String(url), { signal, cache, headers }) };
  } catch (cause) {
    throw sourceUnreachable(name, String(url), cause);
  }
}

/** `promise`, or a rejection with the signal's reason as soon as it aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
