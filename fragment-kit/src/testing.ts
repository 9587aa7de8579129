import { fragmentBase, REQUEST_HEADERS } from '@tessera/contract';
import type { Fragment } from './define.ts';
import { type ServeOptions, serveFragments } from './serve.ts';

/** A fragment that runs for a test. */
export interface RunningFragment extends AsyncDisposable {
  /** The fragment's base in its service, for example `http://127.0.0.1:40123/reviews/`. */
  readonly url: string;
  /** Asks for a path below the base as a composer would, so that content comes bare. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** Starts a fragment on a free port of this machine: `await using reviews = await startFragment(fragment)`. */
export async function startFragment(
  fragment: Fragment,
  options: Partial<ServeOptions> = {},
): Promise<RunningFragment> {
  const quiet = { port: 0, log: false, signals: false };
  const service = await serveFragments([fragment], { ...quiet, ...options });
  const url = `${service.url}${fragment.name}/`;
  return {
    url,
    fetch(path, init) {
      const headers = new Headers(init?.headers);
      if (!headers.has('accept')) headers.set('accept', 'text/html');
      headers.set(REQUEST_HEADERS.base, fragmentBase(fragment.name));
      return fetch(new URL(path, url), { redirect: 'manual', ...init, headers });
    },
    close: service.close,
    [Symbol.asyncDispose]: service.close,
  };
}
