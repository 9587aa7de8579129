import { SLOT_ELEMENT } from '@tessera/contract';
import type { Federation } from './federation.ts';
import { readPageData } from './page-data.ts';
import { watchParsing } from './parsing.ts';
import { createRemotes } from './remotes.ts';
import { runSlot } from './slot.ts';

export interface ShellOptions {
  /** Gets Module Federation; called when the first slot needs its remote, again if it failed. */
  readonly loadFederation: () => Promise<Federation>;
}

/**
 * Starts the shell on this page: every `<fragment-slot>` that the page data names, now or later in the stream, gets its
 * widget when its trigger fires, and loses it when it leaves the document. Call it once. Never throws because of the page.
 */
export function startShell({ loadFederation }: ShellOptions): void {
  const parsing = watchParsing(document);
  const services = {
    parsing,
    page: readPageData(document, parsing),
    remotes: createRemotes(document, loadFederation),
  };

  customElements.define(
    SLOT_ELEMENT,
    class extends HTMLElement {
      /** Ends the current run; undefined while the slot is out of the document. */
      #stop: AbortController | undefined;
      /** The runs so far, one after the other; true once a widget has stood here. */
      #runs = Promise.resolve(false);

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
