import type { Browser } from '@playwright/test';
import { afterAll } from 'vitest';
import { type Builds, buildAll } from './build.ts';
import { launchChromium } from './chromium.ts';

/** What the tests of a file share: the built shell with its remotes, and a browser. Both go away when the last test has run. */
export async function prepare(): Promise<{ readonly builds: Builds; readonly browser: Browser }> {
  const [builds, browser] = await Promise.all([buildAll(), launchChromium()]);
  afterAll(async () => {
    await browser.close();
    await builds[Symbol.asyncDispose]();
  });
  return { builds, browser };
}
