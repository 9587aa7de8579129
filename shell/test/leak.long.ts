import type { Browser, CDPSession, Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Builds, buildAll } from './build.ts';
import { collectErrors, launchChromium, openPage } from './chromium.ts';
import { container, counterRemote, head, remote, slot, startSite } from './site.ts';

let builds: Builds;
let browser: Browser;
beforeAll(async () => {
  [builds, browser] = await Promise.all([buildAll(), launchChromium()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await builds[Symbol.asyncDispose]();
});

/** A custom element that listens to everything a widget may listen to, and holds something worth noticing. */
const TICKER = `class Ticker extends HTMLElement {
    start(events, signal) {
      this.held = new Array(10_000).fill(Math.random());
      events.on('tick', () => this.held, { signal });
      addEventListener('resize', () => this.held, { signal });
      this.append(Object.assign(document.createElement('button'), { textContent: 'Tick', onclick: () => this.held }));
    }
  }
  customElements.define('test-ticker', Ticker);
  return { mount(root, props, { events, signal }) {
    const ticker = document.createElement('test-ticker');
    root.append(ticker);
    ticker.start(events, signal);
    return { update() {}, unmount() { ticker.remove(); } };
  } };`;

interface Usage {
  readonly heap: number;
  readonly listeners: number;
  readonly nodes: number;
}

async function measure(session: CDPSession): Promise<Usage> {
  // Finalisers of the first collection free what the next ones find.
  for (let i = 0; i < 4; i++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  return { heap: usedSize, listeners: metric('JSEventListeners'), nodes: metric('Nodes') };
}

/** Puts a slot into the page, waits for its widget, uses it and takes the slot away, `times` times. */
function mountAndUnmount(page: Page, id: string, times: number): Promise<void> {
  return page.evaluate(
    async ({ id, times }) => {
      const settled = (slot: Element, state: string) =>
        new Promise<void>((resolve) => {
          const check = () => {
            if (slot.getAttribute('widget') !== state) return;
            observer.disconnect();
            resolve();
          };
          const observer = new MutationObserver(check);
          observer.observe(slot, { attributeFilter: ['widget'] });
          check();
        });
      for (let i = 0; i < times; i++) {
        const slot = document.createElement('fragment-slot');
        slot.setAttribute('slot-id', id);
        slot.setAttribute('state', 'ready');
        slot.append(document.createElement('p'));
        document.querySelector('main')?.append(slot);
        await settled(slot, 'mounted');
        slot.props = { start: 2 };
        slot.querySelector('button')?.click();
        slot.remove();
        await settled(slot, 'idle');
      }
    },
    { id, times },
  );
}

test.for(['counter', 'ticker'])(
  'mounting and unmounting the %s 200 times leaves nothing behind',
  async (id) => {
    await using site = await startSite(builds, {
      '/': `${head(
        builds,
        {
          counter: slot('counter', { render: 'client', props: { start: 1 } }),
          ticker: slot('ticker', { render: 'client' }),
        },
        { counter: counterRemote(builds), ticker: remote('ticker') },
      )}<main></main>`,
      '/_fragments/ticker/assets/entry.js': container(TICKER),
    });
    await using page = await openPage(browser);
    const errors = collectErrors(page);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await session.send('HeapProfiler.enable');
    await page.goto(site.url);

    await mountAndUnmount(page, id, 100);
    const at100 = await measure(session);
    await mountAndUnmount(page, id, 100);
    const at200 = await measure(session);

    expect(at200.heap).toBeLessThanOrEqual(at100.heap * 1.05);
    expect(at200.listeners).toBeLessThanOrEqual(at100.listeners * 1.05);
    expect(at200.nodes).toBeLessThanOrEqual(at100.nodes * 1.05);
    expect(errors).toEqual([]);
  },
);
