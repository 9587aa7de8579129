/** The stylesheets of remotes: linked once for the page, as long as a slot uses them. */
export interface Stylesheets {
  /**
   * Links those that the page has not linked yet, for a slot that ends with `signal`. Resolves when they have loaded or
   * failed, at the latest after 2 s; never rejects.
   */
  use(urls: readonly string[], signal: AbortSignal): Promise<void>;
}

/** A stylesheet that the shell has linked, and the slots that use it. */
interface Linked {
  readonly element: HTMLLinkElement;
  readonly loaded: Promise<unknown>;
  readonly users: Set<AbortSignal>;
  /** Counts from the end of its last slot. */
  removal: ReturnType<typeof setTimeout> | undefined;
}

/** How long a widget waits for its style: style that comes late is a flash, but none must not keep the widget away. */
const STYLE_TIMEOUT_MS = 2000;

/** How long a stylesheet stays after its last slot has gone: that one may come back, or still be fading out. */
const REMOVAL_DELAY_MS = 3000;

/** Stylesheets that the page brought itself are never removed: they are the composer's. */
export function createStylesheets(): Stylesheets {
  const linked = new Map<string, Linked>();

  function release(href: string, sheet: Linked, signal: AbortSignal): void {
    sheet.users.delete(signal);
    if (sheet.users.size > 0) return;
    sheet.removal = setTimeout(() => drop(href, sheet), REMOVAL_DELAY_MS);
  }

  function drop(href: string, sheet: Linked): void {
    if (linked.get(href) === sheet) linked.delete(href);
    sheet.element.remove();
  }

  /** Undefined where the page has linked it itself. */
  function add(url: URL): Linked | undefined {
    const { href } = url;
    const links = document.querySelectorAll<HTMLLinkElement>('link[rel~=stylesheet]');
    if ([...links].some((link) => link.href === href)) return undefined;
    const sheet = link(url);
    // The next slot that wants it asks anew.
    sheet.element.addEventListener('error', () => drop(href, sheet));
    linked.set(href, sheet);
    return sheet;
  }

  function use(url: URL, signal: AbortSignal): Promise<unknown> | undefined {
    const { href } = url;
    const sheet = linked.get(href) ?? add(url);
    if (!sheet) return undefined;
    clearTimeout(sheet.removal);
    sheet.users.add(signal);
    signal.addEventListener('abort', () => release(href, sheet, signal), { once: true });
    return sheet.loaded;
  }

  return {
    async use(urls, signal) {
      if (signal.aborted) return;
      await Promise.all(urls.map((url) => use(new URL(url, document.baseURI), signal)));
    },
  };
}

function link({ href, origin }: URL): Linked {
  const element = document.createElement('link');
  element.rel = 'stylesheet';
  if (origin !== location.origin) element.crossOrigin = 'anonymous';
  element.href = href;
  const loaded = new Promise((resolve) => {
    element.onload = element.onerror = resolve;
    setTimeout(resolve, STYLE_TIMEOUT_MS);
  });
  document.head.append(element);
  return { element, loaded, users: new Set(), removal: undefined };
}
