import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from 'vitest';
import { collectErrors, openPage } from './chromium.ts';
import { prepare } from './prepare.ts';
import { counterRemote, head, remote, slot, startSite } from './site.ts';

const { builds, browser } = await prepare();

/** Counts the observers of the page that have something to observe. */
async function countObservers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const observing = new Set<unknown>();
    Object.assign(window, { observing });
    for (const name of ['IntersectionObserver', 'MutationObserver', 'ResizeObserver'] as const) {
      const { observe, disconnect } = window[name].prototype;
      Object.assign(window[name].prototype, {
        observe(this: unknown, ...args: unknown[]) {
          observing.add(this);
          Reflect.apply(observe, this, args);
        },
        disconnect(this: unknown) {
          observing.delete(this);
          Reflect.apply(disconnect, this, []);
        },
      });
    }
  });
}

const observers = (page: Page) =>
  page.evaluate(() => (Reflect.get(window, 'observing') as Set<unknown>).size);

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
        slot.append(Object.assign(document.createElement('p'), { textContent: 'Loading' }));
        document.querySelector('main')?.append(slot);
        await settled(slot, 'mounted');
        slot.props = { start: 2, text: 'More' };
        slot.querySelector('button')?.click();
        slot.remove();
        await settled(slot, 'idle');
      }
    },
    { id, times },
  );
}

const ADAPTERS = ['react', 'preact', 'element', 'dom'];

test.for(['counter', ...ADAPTERS])(
  'mounting and unmounting the widget "%s" 200 times leaves nothing behind',
  async (id) => {
    const props = { start: 1, text: 'Ticks' };
    const css = ['/_fragments/styled.css'];
    await using site = await startSite(builds, {
      '/': `${head(
        builds,
        Object.fromEntries(
          ['counter', ...ADAPTERS].map((name) => [
            name,
            slot(name, { render: 'client', mount: 'visible', props }),
          ]),
        ),
        {
          counter: counterRemote(builds),
          ...Object.fromEntries(ADAPTERS.map((name) => [name, remote(name, { css })])),
        },
      )}<main></main>`,
      '/_fragments/styled.css': 'button { margin: 0 }',
      ...Object.fromEntries(
        ADAPTERS.map((name) => [
          `/_fragments/${name}/assets/entry.js`,
          `import * as widget from '/_fragments/adapters/assets/${name}.js';
           export const init = () => {};
           export const get = async () => () => widget;`,
        ]),
      ),
    });
    await using page = await openPage(browser);
    const errors = collectErrors(page);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await session.send('HeapProfiler.enable');
    await countObservers(page);
    await page.goto(site.url);

    const observersBefore = await observers(page);
    await mountAndUnmount(page, id, 100);
    const at100 = await measure(session);
    await mountAndUnmount(page, id, 100);
    const at200 = await measure(session);

    expect(at200.heap).toBeLessThanOrEqual(at100.heap * 1.05);
    expect(at200.listeners).toBeLessThanOrEqual(at100.listeners * 1.05);
    expect(at200.nodes).toBeLessThanOrEqual(at100.nodes * 1.05);
    expect(await observers(page)).toBe(observersBefore);
    expect(await page.locator('main').innerHTML()).toBe('');
    expect(errors).toEqual([]);
    // Its stylesheet goes some time after its last slot.
    await expect
      .poll(() => page.locator('link[rel=stylesheet]').count(), { timeout: 10_000 })
      .toBe(0);
  },
);
