import type { WidgetContext } from '@tessera/contract';
import { elementWidget } from '@tessera/fragment/element';

/** Listens to all that a widget may listen to, and holds something worth noticing. */
class Ticker extends HTMLElement {
  context?: WidgetContext;
  readonly #held = new Array(10_000).fill(Math.random());
  #count = 0;
  #props = { text: '' };

  get props(): { text: string } {
    return this.#props;
  }

  set props(props: { text: string }) {
    this.#props = props;
    this.#show();
  }

  connectedCallback(): void {
    const { signal, events } = this.context ?? {};
    events?.on('tick' as never, () => this.#held, { signal: signal as AbortSignal });
    addEventListener('resize', () => this.#held, { signal: signal as AbortSignal });
    this.addEventListener('click', () => {
      this.#count++;
      this.#show();
    });
    this.#show();
  }

  #show(): void {
    const button = document.createElement('button');
    button.textContent = `${this.#props.text} ${this.#count}`;
    this.replaceChildren(button);
  }
}

export default elementWidget('test-ticker', Ticker);
