import type { PageRemote } from '@tessera/contract';

/** Why a remote did not load, as part of a sentence, and what to do about it. */
export interface LoadProblem {
  readonly reason: string;
  readonly hint: string;
}

/**
 * Finds out why a remote did not load: the browser says the same of a file that is not there, of HTML in its place and of
 * a network that is down. Asks for its files once more, most likely from the browser's cache, for `timeoutMs` at most.
 * Never rejects.
 */
export async function diagnoseRemote(
  remote: PageRemote,
  cause: unknown,
  timeoutMs: number,
): Promise<LoadProblem> {
  const text = String(cause);
  if (/RUNTIME-002|is not a function/.test(text))
    return {
      reason: 'its entry is no container',
      hint: 'The entry must export init(shareScope) and get(module).',
    };
  if (/does not exist in container|has no \.\//.test(text))
    return {
      reason: `its entry does not know "${remote.module}"`,
      hint: 'Correct remote.module in the manifest, or expose it in the build.',
    };
  const files = new Set([remote.entry, ...remote.js]);
  // Together they must not take what their caller has: it would not wait for the answer any more.
  const signal = AbortSignal.timeout(timeoutMs * 0.8);
  const problems = await Promise.all([...files].map((file) => problemOf(file, signal)));
  const found = problems.find((problem) => problem);
  if (found) return found;
  if (cause instanceof SyntaxError)
    return {
      reason: `it is no JavaScript module that this browser can read (${cause.message})`,
      hint: 'Look for a file that was cut off, or build it for older browsers.',
    };
  if (/dynamically imported module|importing a module|error loading/i.test(text))
    return {
      reason: 'a file that it imports cannot be fetched',
      hint: 'Deploy all files of the build together, and keep those of the last versions.',
    };
  return { reason: 'it threw while it was loaded', hint: 'See what it threw, which follows.' };
}

async function problemOf(url: string, signal: AbortSignal): Promise<LoadProblem | undefined> {
  try {
    const response = await fetch(url, { signal });
    void response.body?.cancel();
    if (!response.ok)
      return {
        reason: `${url} answers ${response.status}`,
        hint:
          response.status === 404
            ? 'Deploy that file, or correct remote.entry and remote.closure in the manifest.'
            : 'Look at the service that answers, or at what stands before it.',
      };
    const type = response.headers.get('content-type') ?? '';
    if (/(java|ecma)script/i.test(type)) return undefined;
    return {
      reason: `${url} answers with "${type}" instead of JavaScript`,
      hint: 'Something answers with a page where the file is missing: deploy the file, and answer 404 where there is none.',
    };
  } catch (error) {
    if (Object(error).name === 'TimeoutError') return undefined;
    return {
      reason: `${url} cannot be reached`,
      hint: 'Its server is down, the visitor is offline, or its origin does not allow this page (CORS, or script-src of the page).',
    };
  }
}
