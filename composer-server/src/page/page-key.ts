import { LRUCache } from 'lru-cache';
import { requestDirectives } from '../cache/cache-control.ts';
import type { PageRequest } from '../page.ts';
import type { Registry } from '../registry.ts';
import type { Target } from '../target.ts';
import type { Page } from '../template/template-store.ts';

/** What of a request goes up to any fragment of a page. */
interface Inputs {
  /** Of the registry that they were read from. */
  readonly registry: Registry;
  readonly changes: number;
  /** False where more goes up than can be told in advance, or something that differs for each visitor. */
  readonly alike: boolean;
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  /** The site's address, as the visitor put it, goes up too. */
  readonly origin: boolean;
}

/** What keys begin with. The very same text each time is found faster: it is hashed once. */
interface KeyStart {
  readonly registry: Registry;
  readonly changes: number;
  readonly page: string;
  readonly whole: string;
}

const MAX_URLS = 5000;
const MAX_URL_LENGTH = 500;

/** Tells which requests ask for the same page. */
export class PageKeys {
  readonly #inputs = new WeakMap<Page, Inputs>();
  readonly #starts = new WeakMap<Target, KeyStart>();
  /** What URLs lead to: neither split nor routed again. */
  readonly #urls = new LRUCache<string, { readonly page: Page; readonly target: Target }>({
    max: MAX_URLS,
  });

  /** Notes where a URL leads to. */
  note(url: string, page: Page, target: Target): void {
    if (url.length <= MAX_URL_LENGTH) this.#urls.set(url, { page, target });
  }

  /** Where a URL leads to, if that was noted. */
  recall(url: string): { readonly page: Page; readonly target: Target } | undefined {
    return this.#urls.get(url);
  }

  /**
   * A text that is equal for requests of which everything that a page may depend on is equal, besides what is stored;
   * undefined for a request that may get something of its own: with a cookie or authorization that goes up, or one that
   * wants nothing stored.
   */
  keyOf(
    page: Page,
    target: Target,
    request: PageRequest,
    { whole }: { whole: boolean },
    registry: Registry,
  ): string | undefined {
    const { headers } = request;
    const inputs = this.#inputsOf(page, registry);
    if (!inputs.alike || requestDirectives(headers['cache-control']).noStore) return undefined;
    if (target.search !== '' && target.query.has('tessera')) return undefined;
    if (headers.cookie !== undefined && namesAny(headers.cookie, inputs.cookies)) return undefined;
    let key = this.#startOf(page, target, registry)[whole ? 'whole' : 'page'];
    if (inputs.origin) key += `\n${request.origin}`;
    for (const name of inputs.headers) {
      const value = headers[name];
      if (value !== undefined && name === 'authorization') return undefined;
      // Absent and empty are different requests.
      key += value === undefined ? '\n-' : `\n=${String(value)}`;
    }
    return key;
  }

  #startOf(page: Page, target: Target, registry: Registry): KeyStart {
    const { changes } = registry;
    const known = this.#starts.get(target);
    if (known?.registry === registry && known.changes === changes) return known;
    const asked = `${page.pattern.source} ${target.path}${target.search}`;
    const start = {
      registry,
      changes,
      page: `${changes} ${asked}`,
      whole: `${changes} whole ${asked}`,
    };
    this.#starts.set(target, start);
    return start;
  }

  #inputsOf(page: Page, registry: Registry): Inputs {
    const known = this.#inputs.get(page);
    if (known?.registry === registry && known.changes === registry.changes) return known;
    const forwards = page.compiled.slots.flatMap(
      ({ name }) => registry.get(name)?.manifest?.forward ?? [],
    );
    const headers = [...new Set(forwards.flatMap((forward) => forward.headers))].sort();
    const cookies = [...new Set(forwards.flatMap((forward) => forward.cookies))];
    const inputs = {
      registry,
      changes: registry.changes,
      alike: ![...headers, ...cookies].includes('*') && !headers.includes('x-forwarded-for'),
      headers: headers.filter((name) => !name.startsWith('x-forwarded-')),
      cookies,
      origin: headers.some((name) => name.startsWith('x-forwarded-')),
    };
    this.#inputs.set(page, inputs);
    return inputs;
  }
}

function namesAny(cookie: string, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  return cookie.split(';').some((pair) => names.includes(pair.split('=', 1)[0]?.trim() ?? ''));
}
