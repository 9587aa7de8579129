/** Follows the parser through a page that may still be streaming in. */
export interface Parsing {
  /** Resolves as soon as `condition` holds, at the latest when the whole document is parsed. */
  until(condition: () => boolean): Promise<void>;
}

export function watchParsing(document: Document): Parsing {
  const waiting = new Map<() => boolean, () => void>();
  const observer = new MutationObserver(check);
  document.addEventListener('readystatechange', check);

  function check(): void {
    const parsed = document.readyState !== 'loading';
    for (const [condition, resolve] of waiting) {
      if (!parsed && !condition()) continue;
      waiting.delete(condition);
      resolve();
    }
    if (waiting.size === 0) observer.disconnect();
  }

  return {
    until: (condition) =>
      new Promise((resolve) => {
        if (waiting.size === 0) observer.observe(document, { childList: true, subtree: true });
        waiting.set(condition, resolve);
        check();
      }),
  };
}

/**
 * Whether the parser has left `node` behind while the document is still being parsed: only then does it or an ancestor
 * have a next sibling. Before that `node` may lack children or text.
 */
export function isParsed(node: Node): boolean {
  for (let at: Node | null = node; at; at = at.parentNode) if (at.nextSibling) return true;
  return false;
}
