import type { FragmentModule, PageRemote } from '@tessera/contract';
import { remoteInvalid, remoteLoadFailed, remoteTimeout } from './errors.ts';
import { loadRemote } from './module-federation.ts';
import { within } from './within.ts';

/** The remotes of this page's fragments. */
export interface Remotes {
  /**
   * What the fragment's remote exposes. All slots of a fragment share it, and its two retries. Rejects within `timeoutMs`
   * with REMOTE_TIMEOUT, REMOTE_LOAD_FAILED or REMOTE_INVALID; the next call then starts again.
   */
  load(fragment: string, remote: PageRemote, timeoutMs: number): Promise<FragmentModule>;
}

/** How long to wait before each retry, in milliseconds. */
const RETRY_DELAYS_MS = [250, 1000];

export function createRemotes(): Remotes {
  const loads = new Map<string, Promise<FragmentModule>>();
  return {
    load(fragment, remote, timeoutMs) {
      let loading = loads.get(fragment);
      if (!loading) {
        loading = loadModule(fragment, remote, timeoutMs);
        loads.set(fragment, loading);
        loading.catch(() => loads.delete(fragment));
      }
      return loading;
    },
  };
}

async function loadModule(
  fragment: string,
  remote: PageRemote,
  timeoutMs: number,
): Promise<FragmentModule> {
  let failure: unknown;
  let late = false;

  async function loadWithRetries() {
    for (let attempt = 0; ; attempt++) {
      try {
        // Some browsers remember a failed import for ever: the last attempt asks for another URL.
        const query = attempt === RETRY_DELAYS_MS.length ? '?retry=1' : '';
        return await loadRemote(fragment + query, remote.entry + query, remote.module);
      } catch (cause) {
        failure = remoteLoadFailed(fragment, remote.entry, cause);
        const delayMs = RETRY_DELAYS_MS[attempt];
        if (delayMs === undefined) throw failure;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (late) throw failure;
      }
    }
  }

  // ESM entries have no timeout of their own in Module Federation.
  const module = await within(timeoutMs, loadWithRetries(), () => {
    late = true;
    return failure ?? remoteTimeout(fragment, remote.entry, remote.timeoutMs);
  });
  if (!module) throw remoteInvalid(fragment, remote.module);
  return module;
}
