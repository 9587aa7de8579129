/** Fetches modules ahead, all at once instead of one import after the other; what is preloaded already stays. */
export function preloadModules(document: Document, urls: readonly string[]): void {
  for (const url of urls) {
    if (document.querySelector(`link[rel=modulepreload][href=${JSON.stringify(url)}]`)) continue;
    // As `import()` fetches it; another mode would fetch it twice.
    const mode = { rel: 'modulepreload', crossOrigin: 'anonymous', href: url };
    document.head.append(Object.assign(document.createElement('link'), mode));
  }
}
