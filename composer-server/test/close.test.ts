import { once } from 'node:events';
import { connect } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer, text } from './servers.ts';

const SILENT = { level: 'silent' };
const CLOSED = { code: 'COMPOSER_CLOSED' };

/** An Express app on a free port with the composer in it. */
async function startApp(composer: Awaited<ReturnType<typeof startComposer>>['composer']) {
  const app = express();
  app.use(composer.express());
  app.get('/own', (_, response) => void response.send('own'));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('closing is final, and closing twice is fine', async () => {
  await using shop = await startComposer({ template: 'x' });
  await Promise.all([shop.composer.close(), shop.composer.close()]);
  await shop.composer.close();
  await expect(fetch(shop.url)).rejects.toThrow();
  await expect(shop.composer.listen({ port: 0 })).rejects.toMatchObject(CLOSED);
  const next = { templates: shop.root, pages: { '/': 'page.html' }, log: SILENT };
  await expect(shop.composer.reload(next)).rejects.toMatchObject(CLOSED);
});

test('a reload under way ends before the composer is closed, and one that waits is refused', async () => {
  await using silent = await startServer(() => {}); // its manifest is waited for
  await using shop = await startComposer({ template: 'x' });
  const next = { templates: shop.root, pages: { '/': 'page.html' }, log: SILENT };
  const slow = shop.composer.reload({ ...next, fragments: { a: silent.url } });
  const waiting = shop.composer.reload(next);
  const order: string[] = [];
  void slow.then(() => order.push('reloaded'));
  await expect.poll(() => silent.requests.length).toBe(1);
  const closed = shop.composer.close().then(() => order.push('closed'));
  await expect(waiting).rejects.toMatchObject(CLOSED);
  await closed;
  expect(order).toEqual(['reloaded', 'closed']);
});

test('in an Express app a closing composer ends what runs, and answers 503 to the rest', async () => {
  const gate = Promise.withResolvers<void>();
  await using a = await startServer(async (request, response) => {
    await gate.promise;
    html('<b>a</b>')(request, response);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: '<fragment-slot name="a" timeout-ms="10000"></fragment-slot>',
    drainMs: 60_000,
  });
  await using app = await startApp(shop.composer);
  const page = text(app.url);
  await expect.poll(() => a.requests.length).toBe(1);
  const closed = shop.composer.close();
  expect((await fetch(app.url)).status).toBe(503);
  expect((await fetch(`${app.url}_tessera/ready`)).status).toBe(503);
  gate.resolve();
  expect(await page).toContain('<b>a</b>');
  await closed;
  expect((await fetch(app.url)).status).toBe(503);
});

test('neither a socket that never asks nor one that was answered holds up close()', async () => {
  const gate = Promise.withResolvers<void>();
  await using a = await startServer(async (request, response) => {
    await gate.promise;
    html('<b>a</b>')(request, response);
  });
  await using shop = await startComposer({
    fragments: { a: inline(a.url) },
    template: 'x<fragment-slot name="a" timeout-ms="10000"></fragment-slot>',
    drainMs: 600_000,
  });
  const silent = connect(Number(new URL(shop.url).port), '127.0.0.1');
  await once(silent, 'connect');
  const response = await fetch(shop.url); // under way when the composer is told to stop
  const closed = shop.close();
  gate.resolve();
  expect(await response.text()).toContain('<b>a</b>');
  await closed;
  silent.destroy();
});
