import { invalidOutboxEntry } from '../errors.ts';

/** What changed: which stored answers are outdated by it, and the event that says so to projections. */
export interface OutboxEntry {
  /** Groups of `cache.groups` whose stored answers are outdated. */
  readonly groups?: readonly string[];
  /** URLs as browsers know them, all variants of each: `/_fragments/<name>/<path>`. */
  readonly urls?: readonly string[];
  /** Whole fragments, by name. */
  readonly fragments?: readonly string[];
  /** True lets composers serve what is outdated once more, while they ask for the new one. Default false. */
  readonly soft?: boolean;
  /** What happened, for projections: anything that survives JSON. */
  readonly event?: unknown;
}

/** An entry as it is stored. */
export interface StoredEntry {
  /** The body of the request to the composers; undefined when there is nothing to purge. */
  readonly purge: string | undefined;
  /** What the purge names. Entries that share a lane are delivered in the order in which they were added. */
  readonly lanes: readonly string[];
  /** As JSON. */
  readonly event: string | undefined;
}

const RULES = {
  groups: [/^[\x20-\x7e]{1,128}$/, 'groups of 1 to 128 printable ASCII characters'],
  urls: [
    /^\/_fragments\/[a-z][a-z0-9-]*\/[\x21-\x7e]{0,2000}$/,
    '/_fragments/<name>/<path>, encoded as in a request',
  ],
  fragments: [/^[a-z][a-z0-9-]*$/, 'names of fragments'],
} as const;

/** Checks an entry and brings it into the form that is stored; throws a CompositionError for one that no composer would take. */
export function storedEntry(entry: OutboxEntry): StoredEntry {
  const { groups = [], urls = [], fragments = [], soft = false, event } = entry;
  const names = { groups, urls, fragments };
  const lanes = (['groups', 'urls', 'fragments'] as const).flatMap((key) => {
    const [rule, expected] = RULES[key];
    const wrong = names[key].find((name) => typeof name !== 'string' || !rule.test(name));
    if (wrong !== undefined) throw invalidOutboxEntry(key, expected, wrong);
    return names[key].map((name) => `${key}:${name}`);
  });
  const json = event === undefined ? undefined : JSON.stringify(event);
  if (event !== undefined && json === undefined) {
    throw invalidOutboxEntry('event', 'something that survives JSON', event);
  }
  if (lanes.length === 0 && json === undefined) {
    throw invalidOutboxEntry('entry', 'at least one group, URL, fragment or an event', entry);
  }
  return {
    purge: lanes.length > 0 ? JSON.stringify({ urls, groups, fragments, soft }) : undefined,
    lanes: [...new Set(lanes)],
    event: json,
  };
}
