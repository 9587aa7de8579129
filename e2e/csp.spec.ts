import { html, startComposer, startServer } from '../composer-server/test/servers.ts';
import { expect, test } from './shop.ts';

// The content security policy as a browser enforces it.

const slot = (name: string, attributes = '') =>
  `<fragment-slot name="${name}" ${attributes} timeout-ms="10000">…</fragment-slot>`;
const pageOf = (body: string) =>
  `<!doctype html><html><head><script>window.ran = ['site'];</script></head><body>${body}</body></html>`;
const says = (who: string) =>
  html(
    `<b id="${who}">${who}</b><script>ran.push('${who}')</script><img src="data:," onerror="ran.push('${who} by an attribute')">`,
  );

test('of inline scripts only those of the site and of whom it trusts run, in place and late', async ({
  page,
}) => {
  await using trusted = await startServer(says('trusted'));
  await using stranger = await startServer(says('stranger'));
  await using late = await startServer((request, response) => {
    setTimeout(() => says('late')(request, response), 300);
  });
  await using composer = await startComposer({
    fragments: Object.fromEntries(
      Object.entries({ trusted, stranger, late, 'late-stranger': late }).map(([name, { url }]) => [
        name,
        {
          url,
          manifest: { version: '1', content: 'any' },
          ...(name.includes('stranger') ? {} : { trust: 'scripts' as const }),
        },
      ]),
    ),
    templates: {
      'page.html': pageOf(
        slot('trusted') +
          slot('stranger') +
          slot('late', 'deferred') +
          slot('late-stranger', 'deferred'),
      ),
      'strangers.html': pageOf(slot('stranger') + slot('late-stranger', 'deferred')),
    },
    pages: { '/': 'page.html', '/strangers': 'strangers.html' },
  });
  const ran = () => page.evaluate(() => Reflect.get(window, 'ran') as string[]);
  await page.goto(composer.url);
  await expect(page.locator('#late')).toHaveCount(2);
  expect(await ran()).toEqual(['site', 'trusted', 'late']);
  await page.goto(`${composer.url}strangers`);
  await expect(page.locator('#late')).toHaveCount(1);
  expect(await ran()).toEqual(['site']);
});

test('with Trusted Types text becomes no script and no HTML without the policy "tessera"', async ({
  page,
}) => {
  await using composer = await startComposer({
    template: pageOf('<p id="p"></p>'),
    csp: { trustedTypes: [] },
  });
  await page.goto(composer.url);
  const attempt = (what: string) =>
    page.evaluate((name) => {
      const types = Reflect.get(window, 'trustedTypes');
      const attempts: Record<string, () => void> = {
        html: () => {
          document.body.innerHTML = '<b>x</b>';
        },
        script: () => {
          document.createElement('script').text = 'ran.push("text")';
        },
        evil: () => types.createPolicy('evil', {}),
        tessera: () => types.createPolicy('tessera', {}),
        twice: () => types.createPolicy('tessera', {}),
      };
      try {
        attempts[name]?.();
        return 'done';
      } catch (error) {
        return error instanceof TypeError ? 'refused' : String(error);
      }
    }, what);
  for (const what of ['html', 'script', 'evil']) expect(await attempt(what)).toBe('refused');
  expect(await attempt('tessera')).toBe('done');
  expect(await attempt('twice')).toBe('refused');
});

test('with reportOnly everything runs, and the browser tells', async ({ page }) => {
  await using stranger = await startServer(says('stranger'));
  const reports: string[] = [];
  await using collector = await startServer((request, response) => {
    request.on('data', (bytes) => reports.push(String(bytes)));
    response.end();
  });
  await using composer = await startComposer({
    fragments: { stranger: { url: stranger.url, manifest: { version: '1', content: 'any' } } },
    template: pageOf(slot('stranger')),
    csp: { reportOnly: true, directives: { 'report-uri': [collector.url] } },
  });
  await page.goto(composer.url);
  expect(await page.evaluate(() => Reflect.get(window, 'ran'))).toContain('stranger');
  await expect.poll(() => reports.join()).toContain('script-src');
});
