import { type FragmentSlotElement, PROPS_EVENT, type Props, SLOT_ELEMENT } from '@tessera/contract';
import { shellLoadFailed } from './boot-errors.ts';
import type { Federation, Starter } from './federation.ts';
import { readPageData } from './page-data.ts';
import { watchParsing } from './parsing.ts';
import { runSlot, type Services } from './slot.ts';
import { within } from './within.ts';

export interface ShellOptions {
  /** Gets Module Federation; called when the first slot needs its remote, again if it failed. */
  readonly loadFederation: () => Promise<Federation>;
  /** Gets what holds back early actions; called when the page has an `interaction` slot. */
  readonly loadCapture: () => Promise<typeof import('./capture.ts')>;
  /** Gets what makes good what the server could not; called when it says so of a slot. */
  readonly loadRecovery: () => Promise<typeof import('./recovery.ts')>;
}

declare global {
  interface HTMLElementTagNameMap {
    'fragment-slot': FragmentSlotElement;
  }
}

/** How long to wait before each retry of the federation chunk, in milliseconds. */
const RETRY_DELAYS_MS = [250, 1000];

/** How long a slot waits for a chunk that it can do without: what holds back early actions, what asks again for HTML. */
const CHUNK_TIMEOUT_MS = 2000;

/**
 * Starts the shell on this page: every `<fragment-slot>` that the page data names, now or later in the stream, gets its
 * widget when its trigger fires, and loses it when it leaves the document. Call it once. Never throws because of the page.
 */
export function startShell({ loadFederation, loadCapture, loadRecovery }: ShellOptions): void {
  const parsing = watchParsing(document);
  let starter: Promise<Starter> | undefined;
  let back: Promise<unknown> | undefined;

  addEventListener('pagehide', () => {
    back = new Promise((resolve) => addEventListener('pageshow', resolve, { once: true })).then(
      () => {
        back = undefined;
      },
    );
  });

  async function loadStarter([delayMs, ...delays] = RETRY_DELAYS_MS): Promise<Starter> {
    try {
      return (await loadFederation()).createStarter();
    } catch (error) {
      if (!delayMs) throw shellLoadFailed(error);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      return loadStarter(delays);
    }
  }

  const services: Services = {
    parsing,
    page: readPageData(document, parsing),
    loadStarter() {
      starter ??= loadStarter();
      starter.catch(() => {
        starter = undefined;
      });
      return starter;
    },
    whenBack: () => back,
    loadRecovery: () => within(CHUNK_TIMEOUT_MS, loadRecovery(), shellLoadFailed),
    loadCapture: () =>
      within(CHUNK_TIMEOUT_MS, loadCapture(), shellLoadFailed).then(
        ({ captureActions }) => captureActions,
        () => undefined,
      ),
  };

  customElements.define(
    SLOT_ELEMENT,
    class extends HTMLElement implements FragmentSlotElement {
      /** Ends the current run; undefined while the slot is out of the document. */
      #stop: AbortController | undefined;
      /** The runs so far, one after the other; true once a widget has stood here. */
      #runs = Promise.resolve(false);
      #props: Props | undefined;

      constructor() {
        super();
        // The page may have set them before this class was there to take them.
        this.#props = this.props;
        Reflect.deleteProperty(this, 'props');
      }

      get props(): Props | undefined {
        return this.#props;
      }

      set props(props: Props | undefined) {
        this.#props = props;
        this.dispatchEvent(new Event(PROPS_EVENT));
      }

      connectedCallback(): void {
        if (this.#stop) return;
        const stop = new AbortController();
        this.#stop = stop;
        this.#runs = this.#runs.then((used) => runSlot(this, services, stop.signal, used));
      }

      disconnectedCallback(): void {
        // A slot that is moved is back before this task ends and keeps its widget.
        setTimeout(() => {
          if (this.isConnected) return;
          this.#stop?.abort();
          this.#stop = undefined;
        });
      }
    },
  );
}
