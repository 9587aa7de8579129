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

/** The elements of all contributors by key, the first contributor winning; one contributor may bring several of a key. */
export function mergeHead(
  contributions: readonly (readonly HeadElement[])[],
): ReadonlyMap<string, string> {
  const merged = new Map<string, string>();
  for (const elements of contributions) {
    const own = new Map<string, string>();
    for (const { key, html } of elements) own.set(key, (own.get(key) ?? '') + html);
    for (const [key, html] of own) if (!merged.has(key)) merged.set(key, html);
  }
  return merged;
}
