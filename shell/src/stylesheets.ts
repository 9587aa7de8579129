/** How long a widget waits for its style: style that comes late is a flash, but none must not keep the widget away. */
const STYLE_TIMEOUT_MS = 2000;

/**
 * Links the stylesheets that the page has not linked yet. Resolves when they have loaded or failed, at the latest after
 * 2 s; never rejects.
 */
export async function linkStylesheets(urls: readonly string[]): Promise<void> {
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel~=stylesheet]');
  const present = new Set([...links].map((link) => link.href));
  const missing = urls.map((url) => new URL(url, document.baseURI));
  await Promise.all(missing.filter(({ href }) => !present.has(href)).map(link));
}

function link({ href, origin }: URL): Promise<unknown> {
  const element = document.createElement('link');
  element.rel = 'stylesheet';
  if (origin !== location.origin) element.crossOrigin = 'anonymous';
  element.href = href;
  return new Promise((resolve) => {
    element.onload = element.onerror = resolve;
    setTimeout(resolve, STYLE_TIMEOUT_MS);
    document.head.append(element);
  });
}
