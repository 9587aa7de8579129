import type { EventBus, FragmentModule, PageRemote } from '@tessera/contract';
import { remoteInvalid, remoteLoadFailed, remoteTimeout } from './errors.ts';
import type { Federation } from './federation.ts';
import { preloadModules } from './preload.ts';
import { within } from './within.ts';

/** A remote that can be started. */
export interface LoadedRemote {
  readonly module: FragmentModule;
  /** Resolves when its stylesheets are there, or are taking too long; never rejects. */
  readonly styled: Promise<void>;
  /** The bus that all widgets of the page share. */
  readonly events: EventBus;
}

/** The remotes of this page's fragments. */
export interface Remotes {
  /**
   * What the fragment's remote exposes. All slots of a fragment share it, and its two retries. Rejects within
   * `remote.timeoutMs` with REMOTE_TIMEOUT, REMOTE_LOAD_FAILED or REMOTE_INVALID; the next call then starts again.
   */
  load(fragment: string, remote: PageRemote): Promise<LoadedRemote>;
}

/** How long to wait before each retry, in milliseconds. */
const RETRY_DELAYS_MS = [250, 1000];

export function createRemotes(
  document: Document,
  loadFederation: () => Promise<Federation>,
): Remotes {
  const loads = new Map<string, Promise<LoadedRemote>>();

  async function load(fragment: string, remote: PageRemote): Promise<LoadedRemote> {
    let failure: unknown;
    let late = false;

    async function loadWithRetries() {
      for (let attempt = 0; ; attempt++) {
        try {
          // Some browsers remember a failed import for ever: the last attempt asks for another URL.
          const query = attempt === RETRY_DELAYS_MS.length ? '?retry=1' : '';
          const { loadRemote, linkStylesheets, events } = await loadFederation();
          const styled = linkStylesheets(remote.css);
          const module = await loadRemote(fragment + query, remote.entry + query, remote.module);
          return { module, styled, events };
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
    const loaded = await within(remote.timeoutMs, loadWithRetries(), () => {
      late = true;
      return failure ?? remoteTimeout(fragment, remote.entry, remote.timeoutMs);
    });
    const { module } = loaded;
    if (!module) throw remoteInvalid(fragment, remote.module);
    return { ...loaded, module };
  }

  return {
    load(fragment, remote) {
      let loading = loads.get(fragment);
      if (!loading) {
        preloadModules(document, remote.js);
        loading = load(fragment, remote);
        loads.set(fragment, loading);
        loading.catch(() => loads.delete(fragment));
      }
      return loading;
    },
  };
}
