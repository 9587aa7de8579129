import type { Entry, EntryKey } from './entry.ts';
import type { RequestHeaders } from './key.ts';
import type { Purge } from './memory-store.ts';

/** A question to the shared tier: the variant of an answer that a request selects. */
export interface SharedQuestion extends EntryKey {
  readonly headers: RequestHeaders;
}

/** What the shared tier knows about a question at one moment. */
export interface SharedAnswer {
  readonly entry: Entry | undefined;
  /** How often the fragment had been purged then; a later answer is only kept while that is still so. */
  readonly epoch: number;
}

/** What an instance hears from the others. */
export interface SharedEvents {
  /** Another instance, or this one, purged. */
  purged(purge: Purge): void;
  /** Nothing is heard any more: purges may go unnoticed from now on. */
  lost(): void;
  /** All that was missed has been heard; `complete` is false when that cannot be known. */
  restored(complete: boolean): void;
}

/**
 * A tier that all instances share. Methods may reject and may take long; whoever calls them bounds that. Entries are kept
 * until they can be of no use, or the tier needs room.
 */
export interface SharedStore {
  /** The answers to all questions, in one round trip where variants allow it. */
  getMany(questions: readonly SharedQuestion[]): Promise<readonly SharedAnswer[]>;
  /** Keeps an entry, unless its fragment was purged since `epoch`. */
  set(entry: Entry, headers: RequestHeaders, epoch: number): Promise<void>;
  /** Drops what the purge names here, and tells every instance. */
  purge(purge: Purge): Promise<void>;
  /** Begins to listen. */
  listen(events: SharedEvents): void;
  close(): Promise<void>;
}
