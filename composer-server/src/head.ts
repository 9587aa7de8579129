/** An element that a fragment contributes to the page's head. */
export interface HeadElement {
  /** Elements with the same key replace each other. */
  readonly key: string;
  readonly html: string;
}

/**
 * What makes two head elements the same thing, or undefined for one that no fragment may bring:
 * `<title>`, `<meta name|property>`, `<link rel=canonical|alternate|stylesheet>` and JSON-LD.
 */
export function headKey(tag: string, attributes: ReadonlyMap<string, string>): string | undefined {
  const attribute = (name: string) => attributes.get(name)?.trim() ?? '';
  if (tag === 'title') return 'title';
  if (tag === 'meta') {
    if (attributes.has('http-equiv') || attributes.has('charset')) return undefined;
    const name = attribute('name').toLowerCase() || attribute('property').toLowerCase();
    return name ? `meta ${name}` : undefined;
  }
  if (tag === 'link') {
    const rel = attribute('rel').toLowerCase();
    if (rel === 'canonical') return 'canonical';
    if (rel === 'stylesheet') return `stylesheet ${attribute('href')}`;
    if (rel === 'alternate')
      return `alternate ${attribute('hreflang')} ${attribute('type')} ${attribute('media')}`;
    return undefined;
  }
  if (tag === 'script' && attribute('type').toLowerCase() === 'application/ld+json') {
    return `json-ld ${attribute('id')}`;
  }
  return undefined;
}

/** What a document has one of. A contributor may bring several of another key: pictures for `og:image`, colours by media. */
const SINGLE = /^(title|canonical|stylesheet .*|meta (description|robots|viewport))$/;

/** The elements of all contributors by key, the first contributor winning, and of its own that a page has one of the first. */
export function mergeHead(
  contributions: readonly (readonly HeadElement[])[],
): ReadonlyMap<string, string> {
  const merged = new Map<string, string>();
  for (const elements of contributions) {
    const own = new Map<string, string>();
    for (const { key, html } of elements) {
      const before = own.get(key) ?? '';
      if (!before || !SINGLE.test(key)) own.set(key, before + html);
    }
    for (const [key, html] of own) if (!merged.has(key)) merged.set(key, html);
  }
  return merged;
}
