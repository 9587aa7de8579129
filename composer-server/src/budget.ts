/** The bytes that one slot holds of its page's. */
export class Hold {
  /** Told once when a slot that stands before this one took its place. */
  holder: { onEvicted(): void } | undefined;
  readonly #budget: PageBudget;
  #bytes = 0;
  #coming = true;

  /** Only for `PageBudget.hold()`. */
  constructor(budget: PageBudget) {
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether its fragment is still coming, so that it may be evicted. */
  get coming(): boolean {
    return this.#coming;
  }

  /** Holds `bytes` in all from now on. When the page has no room for them it holds none, and this is false. */
  resize(bytes: number): boolean {
    const fits = this.#budget.exchange(this, bytes);
    this.#bytes = fits ? bytes : 0;
    return fits;
  }

  /** The fragment is there: what it holds stays until the page has ended. */
  keep(): void {
    this.#coming = false;
  }

  /** Gives back everything. */
  evict(): void {
    this.#bytes = 0;
    this.#coming = false;
    this.holder?.onEvicted();
  }
}

/**
 * What all slots of one page may hold together, from the first byte that comes until they are sent. When it is used up,
 * slots that stand first on the page win: of those still coming, the last ones are evicted. One that wants more than half
 * of it all costs nobody else's place: it falls back itself.
 */
export class PageBudget {
  #left: number;
  readonly #maxEvictingBytes: number;
  readonly #coming: Hold[] = [];

  constructor(maxBytes: number) {
    this.#left = maxBytes;
    this.#maxEvictingBytes = maxBytes / 2;
  }

  /** For the next slot in template order. */
  hold(): Hold {
    const hold = new Hold(this);
    this.#coming.push(hold);
    return hold;
  }

  /** Takes back what `hold` has and gives it `bytes` instead, if need be at the cost of later slots; else nothing. */
  exchange(hold: Hold, bytes: number): boolean {
    this.#left += hold.bytes;
    while (bytes > this.#left) {
      if (bytes > this.#maxEvictingBytes) return false;
      const last = this.#coming.at(-1);
      if (!last || last === hold) return false;
      this.#coming.pop();
      if (!last.coming) continue;
      this.#left += last.bytes;
      last.evict();
    }
    this.#left -= bytes;
    return true;
  }
}
