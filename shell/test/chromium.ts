import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from '@playwright/test';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of the tests: `TESSERA_CHROMIUM`, else Playwright's own, else the system's. */
export function launchChromium(): Promise<Browser> {
  const own = existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
  const executablePath = process.env.TESSERA_CHROMIUM ?? own ?? CANDIDATES.find(existsSync);
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page of its own that closes with its scope. */
export async function openPage(browser: Browser): Promise<Page & AsyncDisposable> {
  const page = await browser.newPage();
  return Object.assign(page, { [Symbol.asyncDispose]: () => page.close() });
}

/** What the page writes to its console as errors, uncaught ones included. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  return errors;
}
