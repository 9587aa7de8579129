/** Fetches modules ahead, all at once instead of one import after the other; what is preloaded already stays. */
export function preloadModules(document: Document, urls: readonly string[]): void {
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel=modulepreload]');
  const present = new Set([...links].map((link) => link.href));
  for (const url of urls) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    // As `import()` fetches it; another mode would fetch it twice.
    link.crossOrigin = 'anonymous';
    link.href = url;
    if (!present.has(link.href)) document.head.append(link);
  }
}
