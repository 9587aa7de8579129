import type { PageRemote } from '@tessera/contract';

/** Fetches everything of a remote ahead, all at once instead of one import after the other; what is preloaded already stays. */
export function preloadRemote(document: Document, remote: PageRemote): void {
  for (const url of [...(remote.shared ?? likelyShared(remote)), ...remote.js]) {
    if (document.querySelector(`link[rel=modulepreload][href=${JSON.stringify(url)}]`)) continue;
    // As `import()` fetches it; another mode would fetch it twice.
    const mode = { rel: 'modulepreload', crossOrigin: 'anonymous', href: url };
    document.head.append(Object.assign(document.createElement('link'), mode));
  }
}

/** A federated remote that does not say what it shares was most likely built for React. */
function likelyShared({ type }: PageRemote): string[] {
  try {
    return type === 'container' ? [] : [import.meta.resolve('react')];
  } catch {
    // The page's import map has none.
    return [];
  }
}
