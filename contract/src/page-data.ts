import type { Props } from './lifecycle.ts';
import type { MountTrigger } from './mount-trigger.ts';

/** The id of the `<script type="application/json">` that tells the shell about its page. */
export const PAGE_DATA_ID = 'tessera-page';

/** What the composer tells the shell about one slot. */
export interface PageSlot {
  readonly fragment: string;
  readonly version: string;
  /** The typed params; a fragment's own props script wins over them. */
  readonly props: Props;
  /** Where the slot's HTML can be had again; absent when its fragment has no content. */
  readonly html?: string;
  readonly timeoutMs: number;
  readonly render: 'server' | 'client';
  readonly mount: MountTrigger;
}

/** Where the shell finds the remote of one fragment. URLs are absolute paths or absolute URLs. */
export interface PageRemote {
  readonly type: 'module-federation' | 'container';
  readonly entry: string;
  /** The exposed module, for example `./widget`. */
  readonly module: string;
  /** How long the shell waits for the remote to load, in milliseconds. */
  readonly timeoutMs: number;
  /** Every script that loading `module` needs, to be preloaded together. */
  readonly js: readonly string[];
  readonly css: readonly string[];
  /** The shared modules that it uses, to be preloaded with it. Absent where its manifest does not say. */
  readonly shared?: readonly string[];
}

/**
 * The JSON in `#tessera-page`: this page's slots by slot-id and their remotes by fragment, also `<fragment>@<version>` for
 * HTML that is still of that version.
 */
export interface PageData {
  readonly v: 1;
  /** The route pattern, for example `/products/:sku`. */
  readonly page: string;
  readonly slots: Readonly<Record<string, PageSlot>>;
  readonly remotes: Readonly<Record<string, PageRemote>>;
  /** Where to send what real visits were like; absent where nobody wants to know. */
  readonly telemetry?: string;
}
