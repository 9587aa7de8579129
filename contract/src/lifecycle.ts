/**
 * Typed events between fragments: event name → its detail. Empty here; a team adds its own by declaration merging:
 * `declare module '@tessera/contract' { interface TesseraEvents { 'cart:changed': { items: number } } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: teams fill it by declaration merging.
export interface TesseraEvents {}

/** The page's event bus, handed to every widget as `context.events`. */
export interface EventBus {
  /** Calls every listener of `type`. With `sticky` the last detail is kept and given to whoever listens later. */
  emit<K extends keyof TesseraEvents>(
    type: K,
    detail: TesseraEvents[K],
    options?: { sticky?: boolean },
  ): void;
  /** Calls `listener` at every `type` until the returned function, or `options.signal`, ends it. */
  on<K extends keyof TesseraEvents>(
    type: K,
    listener: (detail: TesseraEvents[K]) => void,
    options?: { signal?: AbortSignal },
  ): () => void;
}

/** Which slot a widget stands in. */
export interface SlotInfo {
  /** The slot's key on the page, `slot-id`. */
  readonly id: string;
  readonly fragment: string;
  readonly version: string;
  /** Where the slot's HTML can be had again, below the fragment's base; absent when its fragment has no content. */
  readonly html?: string;
}

/** What a widget gets besides its root and props. */
export interface WidgetContext {
  readonly slot: SlotInfo;
  /** The fragment's base URL in the browser, ends with `/`. */
  readonly base: string;
  readonly events: EventBus;
  /** Aborts when the widget is unmounted; give it to fetch and addEventListener. */
  readonly signal: AbortSignal;
}

/** A running widget. */
export interface Handle<P = Props> {
  /** Takes new props. Without it the shell unmounts and mounts again. */
  update?(props: P): void;
  /** Stops and leaves nothing behind: no listeners, timers or nodes. */
  unmount(): void;
}

/** A widget's props as they come over the wire. */
export type Props = Record<string, unknown>;

/** What a remote exposes: the browser half of a fragment. */
export interface FragmentModule<P = Props> {
  /** Starts in an empty root. */
  mount(root: HTMLElement, props: P, context: WidgetContext): Handle<P> | Promise<Handle<P>>;
  /** Takes over the HTML that the fragment's server rendered into `root` with the same props. */
  hydrate?(root: HTMLElement, props: P, context: WidgetContext): Handle<P> | Promise<Handle<P>>;
}

/** `<fragment-slot>` in a page with a shell. */
export interface FragmentSlotElement extends HTMLElement {
  /**
   * The props that the page has given its widget; undefined until it gives some. A running widget takes new ones by
   * `update`, or is mounted again when it has none; one that has not started gets them when it has.
   */
  props: Props | undefined;
}
