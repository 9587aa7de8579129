/** Which stored entries belong to which group. Holds no more than what is stored: whoever drops an entry removes it here. */
export class GroupIndex {
  readonly #keysByGroup = new Map<string, Set<string>>();

  /** How many groups have entries. */
  get size(): number {
    return this.#keysByGroup.size;
  }

  add(key: string, groups: readonly string[]): void {
    for (const group of groups) {
      const keys = this.#keysByGroup.get(group);
      if (keys) keys.add(key);
      else this.#keysByGroup.set(group, new Set([key]));
    }
  }

  remove(key: string, groups: readonly string[]): void {
    for (const group of groups) {
      const keys = this.#keysByGroup.get(group);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByGroup.delete(group);
    }
  }

  /** The keys in a group, as they are now: safe to drop while walking them. */
  keys(group: string): readonly string[] {
    return [...(this.#keysByGroup.get(group) ?? [])];
  }
}
