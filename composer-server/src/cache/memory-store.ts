import { LRUCache } from 'lru-cache';
import { type Entry, type EntryKey, type Place, softened } from './entry.ts';
import { GroupIndex } from './group-index.ts';
import { type RequestHeaders, variantKey } from './key.ts';

/** What is to be dropped: everything that any of the three names; undefined fields name nothing. */
export interface Purge {
  /** Absolute URLs at the services, all variants of each. */
  readonly urls?: readonly string[];
  readonly groups?: readonly string[];
  /** Whole fragments, by name. */
  readonly fragments?: readonly string[];
  /** Only entries of this fragment are reached: the scope of a team. */
  readonly within?: string;
  /** Entries are only made stale, so that they may be served while they are revalidated, or when that fails. */
  readonly soft?: boolean;
}

/** Most variants of one URL; the one that was not used for longest goes first. */
export const MAX_VARIANTS = 32;

/** One way to tell variants apart: a form and the names in `vary`. */
interface Selector {
  readonly form: string;
  readonly names: readonly string[];
  readonly prefix: string;
}

interface UrlRecord extends Place {
  changes: number;
  selectors: Selector[];
  /** By selector and values, in the order of their last use. */
  readonly variants: Map<string, Stored>;
}

interface Stored {
  readonly id: string;
  readonly variant: string;
  readonly entry: Entry;
  /** The higher, the later it was stored. */
  readonly order: number;
}

/**
 * Stored answers in memory, all together at most `maxBytes` large, none larger than a tenth of that. The answer that was
 * not used for longest makes room first.
 */
export class MemoryStore {
  readonly #urls = new Map<string, UrlRecord>();
  readonly #entries: LRUCache<string, Stored>;
  readonly #groups = new GroupIndex();
  #order = 0;

  constructor(maxBytes: number) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.max(1, Math.floor(maxBytes / 10)),
      sizeCalculation: ({ entry, id }) => entry.size + id.length * 4,
      dispose: (stored) => this.#forget(stored),
    });
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** How many variants of a URL are stored. */
  variants(url: string): number {
    return this.#urls.get(url)?.variants.size ?? 0;
  }

  /** The variant that this request selects (RFC 9111 §4.1), the newest where several ways of telling them apart match. */
  get(form: string, url: string, headers: RequestHeaders): Entry | undefined {
    const record = this.#urls.get(url);
    if (!record) return undefined;
    let found: Stored | undefined;
    for (const selector of record.selectors) {
      if (selector.form !== form) continue;
      const variant = selector.prefix + variantKey(selector.names, headers);
      const stored = record.variants.get(variant);
      if (stored && stored.order > (found?.order ?? 0)) found = stored;
    }
    if (!found) return undefined;
    if (record.variants.size > 1) {
      record.variants.delete(found.variant);
      record.variants.set(found.variant, found);
    }
    this.#entries.get(found.id);
    return found.entry;
  }

  /** The names by which variants of this URL are told apart, for a tier that cannot look into all of them. */
  varyNames(form: string, url: string): readonly (readonly string[])[] {
    const selectors = this.#urls.get(url)?.selectors ?? [];
    return selectors.filter((selector) => selector.form === form).map(({ names }) => names);
  }

  /** Keeps the entry as the variant that this request selects; false when it is too large. */
  set(entry: Entry, headers: RequestHeaders): boolean {
    const { form, url, vary } = entry;
    const prefix = `${form} ${vary.join(',')}`;
    const variant = prefix + variantKey(vary, headers);
    const stored: Stored = { id: `${url}\n${variant}`, variant, entry, order: ++this.#order };
    // An older answer under this key goes in any case: it must not outlive its successor.
    this.#entries.delete(stored.id);
    this.#entries.set(stored.id, stored);
    if (!this.#entries.has(stored.id)) return false;
    const record: UrlRecord = this.#urls.get(url) ?? {
      changes: 0,
      selectors: [],
      variants: new Map(),
    };
    this.#urls.set(url, record);
    record.changes++;
    entry.place = record;
    if (!record.selectors.some((selector) => selector.prefix === prefix))
      record.selectors.push({ form, names: vary, prefix });
    record.variants.set(variant, stored);
    this.#groups.add(stored.id, entry.groups);
    const oldest = record.variants.values().next().value;
    if (record.variants.size > MAX_VARIANTS && oldest) this.#entries.delete(oldest.id);
    return true;
  }

  /** Drops what the request would select, if it still is this entry. */
  drop({ form, url }: EntryKey, headers: RequestHeaders, entry: Entry): void {
    const record = this.#urls.get(url);
    for (const { form: ours, prefix, names } of record?.selectors ?? []) {
      const stored = record?.variants.get(prefix + variantKey(names, headers));
      if (ours === form && stored?.entry === entry) this.#entries.delete(stored.id);
    }
  }

  /** Drops what the purge names, or makes it stale; returns how many entries that were. */
  purge(
    { urls = [], groups = [], fragments = [], within, soft = false }: Purge,
    now: number,
  ): number {
    const hit = new Set<Stored>();
    for (const url of urls) {
      for (const stored of this.#urls.get(url)?.variants.values() ?? []) hit.add(stored);
    }
    for (const id of groups.flatMap((group) => this.#groups.keys(group))) {
      const stored = this.#entries.peek(id);
      if (stored) hit.add(stored);
    }
    if (fragments.length > 0) {
      for (const stored of this.#entries.values()) {
        if (fragments.includes(stored.entry.fragment)) hit.add(stored);
      }
    }
    let count = 0;
    for (const { id, entry } of hit) {
      if (within !== undefined && entry.fragment !== within) continue;
      count++;
      if (soft) entry.windows = softened(entry.windows, now);
      else this.#entries.delete(id);
    }
    return count;
  }

  /** Ends the freshness of everything. */
  soften(now: number): void {
    for (const { entry } of this.#entries.values()) entry.windows = softened(entry.windows, now);
  }

  clear(): void {
    this.#entries.clear();
  }

  #forget({ id, variant, entry }: Stored): void {
    this.#groups.remove(id, entry.groups);
    const record = this.#urls.get(entry.url);
    if (!record) return;
    record.changes++;
    record.variants.delete(variant);
    if (record.variants.size === 0) this.#urls.delete(entry.url);
    else if (record.selectors.length > 1) {
      record.selectors = record.selectors.filter(({ prefix }) =>
        [...record.variants.keys()].some((key) => key === prefix || key.startsWith(`${prefix}\n`)),
      );
    }
  }
}
