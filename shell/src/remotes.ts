import type { FragmentModule, PageRemote } from '@tessera/contract';
import { remoteIncompatible, remoteInvalid, remoteLoadFailed, remoteTimeout } from './errors.ts';
import { loadRemote } from './module-federation.ts';
import { within } from './within.ts';

/** A remote that has loaded. */
export interface LoadedRemote {
  readonly module: FragmentModule;
  /** What was loaded: another one than asked for when the page's data had grown old. */
  readonly remote: PageRemote;
}

/** Told before a remote is tried again: which try that is, from 2, and why the last one failed. */
export type OnRetry = (attempt: number, error: unknown) => void;

/** The remotes of this page's fragments. */
export interface Remotes {
  /**
   * What the fragment's remote exposes. All slots that need it share it, and its two retries. Rejects within `timeoutMs`
   * with REMOTE_TIMEOUT, REMOTE_LOAD_FAILED, REMOTE_INCOMPATIBLE or REMOTE_INVALID; the next call then starts again.
   */
  load(
    fragment: string,
    remote: PageRemote,
    timeoutMs: number,
    onRetry: OnRetry,
  ): Promise<LoadedRemote>;
}

/** How long to wait before each retry, in milliseconds. */
const RETRY_DELAYS_MS = [250, 1000];

/** `renew` gives the remote that the page would name by now, where that can be told. */
export function createRemotes(
  renew: (fragment: string, timeoutMs: number) => Promise<PageRemote | undefined>,
): Remotes {
  // By entry, not by fragment: a page may have two versions of one.
  const loads = new Map<string, Promise<LoadedRemote>>();
  /** Entries that have failed, and how many other URLs of each were asked for. */
  const failed = new Map<string, number>();
  /** Of those that are still loading: what has loaded must not hold on to the slots that have come since. */
  const listening = new Map<string, Set<OnRetry>>();

  /** A request that hangs, and a module that threw, stay what they are for as long as the page does: only another URL is another try. */
  function urlFor(entry: string, isLast: boolean): string {
    if (!isLast && !failed.has(entry)) return entry;
    const tries = (failed.get(entry) ?? 0) + 1;
    failed.set(entry, tries);
    return `${entry}?retry=${tries}`;
  }

  return {
    load(fragment, remote, timeoutMs, onRetry) {
      const { entry } = remote;
      const known = loads.get(entry);
      if (known) {
        listening.get(entry)?.add(onRetry);
        return known;
      }
      const listeners = new Set([onRetry]);
      const loading = loadModule(fragment, remote, timeoutMs, {
        urlFor,
        renew: () => renew(fragment, timeoutMs),
        onRetry: (attempt, error) => {
          for (const listener of listeners) listener(attempt, error);
        },
      });
      loads.set(entry, loading);
      listening.set(entry, listeners);
      loading
        .catch(() => {
          loads.delete(entry);
          failed.set(entry, failed.get(entry) ?? 0);
        })
        .finally(() => listening.delete(entry));
      return loading;
    },
  };
}

interface LoadContext {
  readonly urlFor: (entry: string, isLast: boolean) => string;
  readonly renew: () => Promise<PageRemote | undefined>;
  readonly onRetry: OnRetry;
}

async function loadModule(
  fragment: string,
  wanted: PageRemote,
  timeoutMs: number,
  { urlFor, renew, onRetry }: LoadContext,
): Promise<LoadedRemote> {
  const deadline = performance.now() + timeoutMs;
  let remote = wanted;
  let failure: unknown;
  let late = false;

  async function loadWithRetries() {
    for (let attempt = 0; ; attempt++) {
      try {
        // Some browsers remember a failed import for ever, too.
        const url = urlFor(remote.entry, attempt === RETRY_DELAYS_MS.length);
        return await loadRemote(url, remote.module);
      } catch (cause) {
        failure = cause;
        const delayMs = RETRY_DELAYS_MS[attempt];
        // Another version of a library will not do at the next try either.
        if (delayMs === undefined || late || incompatibility(cause)) throw cause;
        onRetry(attempt + 2, cause);
        const wait = new Promise((resolve) => setTimeout(resolve, delayMs));
        const [renewed] = await Promise.all([attempt === 0 ? renew() : undefined, wait]);
        if (renewed) remote = renewed;
        if (late) throw cause;
      }
    }
  }

  try {
    // ESM entries have no timeout of their own in Module Federation.
    const module = await within(timeoutMs, loadWithRetries(), () => {
      late = true;
      return failure ?? remoteTimeout(fragment, remote.entry, wanted.timeoutMs);
    });
    if (!module) throw remoteInvalid(fragment, remote.module);
    return { module, remote };
  } catch (error) {
    if (error !== failure) throw error;
    const reason = incompatibility(error);
    if (reason) throw remoteIncompatible(fragment, reason, error);
    throw remoteLoadFailed(fragment, await diagnose(remote, error, deadline), error);
  }
}

/** What is said of versions, if that is why: Module Federation wraps what is thrown while a remote is initialised. */
function incompatibility(error: unknown): string | undefined {
  return /It needs .*, and the page has .*\./.exec(String(error))?.[0];
}

/** Looks for the reason as long as there is time: a slot fails when its time is up, whatever was found out. */
async function diagnose(remote: PageRemote, cause: unknown, deadline: number) {
  const leftMs = Math.max(1, deadline - performance.now());
  try {
    const looking = import('./recovery.ts').then(({ diagnoseRemote }) =>
      diagnoseRemote(remote, cause, leftMs),
    );
    return await within(leftMs, looking, () => undefined);
  } catch {
    return {
      reason: `nothing came of ${remote.entry} in time`,
      hint: 'The visitor is offline, its server is down or slow, or it threw: see the cause.',
    };
  }
}
