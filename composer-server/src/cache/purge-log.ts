import type { Entry } from './entry.ts';
import type { Purge } from './memory-store.ts';

/** Hardly ever are more made during one request; who asks further back is told the worst. */
const MAX_KNOWN = 100;

/** The last purges: what is on its way when one is made must not be stored. */
export class PurgeLog {
  /** The last of them, oldest first. */
  #known: Purge[] = [];
  #made = 0;

  /** How many were made, to be given to `hasHit` later. */
  get made(): number {
    return this.#made;
  }

  note(purge: Purge): void {
    this.#made++;
    this.#known.push(purge);
    if (this.#known.length > 2 * MAX_KNOWN) this.#known = this.#known.slice(-MAX_KNOWN);
  }

  /** Everything was dropped. */
  noteAll(): void {
    this.#made++;
    this.#known = [];
  }

  /** Whether one that was made after the first `before` names the entry, or might. */
  hasHit(entry: Entry, before: number): boolean {
    const since = this.#made - before;
    if (since === 0) return false;
    return (
      since > this.#known.length || this.#known.slice(-since).some((purge) => names(purge, entry))
    );
  }
}

function names({ within, urls, fragments, groups }: Purge, entry: Entry): boolean {
  if (within !== undefined && within !== entry.fragment) return false;
  return (
    urls?.includes(entry.url) === true ||
    fragments?.includes(entry.fragment) === true ||
    groups?.some((group) => entry.groups.includes(group)) === true
  );
}
