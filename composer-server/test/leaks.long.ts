import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { html, inline, startComposer, startServer } from './servers.ts';

test('visitors who leave at any point leave neither memory nor sockets behind', async () => {
  await using quick = await startServer(html('<b>quick</b>'.repeat(500)));
  await using slow = await startServer((request, response) => {
    setTimeout(() => html('<i>slow</i>')(request, response), 30);
  });
  await using dead = await startServer(() => {});
  await using shop = await startComposer({
    fragments: { quick: inline(quick.url), slow: inline(slow.url), dead: inline(dead.url) },
    template:
      '<body><fragment-slot name="quick"></fragment-slot><fragment-slot name="slow"></fragment-slot><fragment-slot name="dead" deferred timeout-ms="60">…</fragment-slot></body>',
  });
  const visit = async (leaveAfterMs: number | undefined) => {
    const controller = new AbortController();
    const timer =
      leaveAfterMs === undefined ? undefined : setTimeout(() => controller.abort(), leaveAfterMs);
    await fetch(shop.url, { signal: controller.signal })
      .then((response) => response.text())
      .catch(() => {});
    clearTimeout(timer);
  };
  const round = async () => {
    for (let batch = 0; batch < 40; batch++) {
      await Promise.all(
        Array.from({ length: 25 }, (_, i) =>
          visit(i % 5 === 0 ? undefined : (batch * 7 + i * 3) % 80),
        ),
      );
    }
    for (const server of [quick, slow, dead]) server.requests.length = 0;
    // What was given up ends at its own time-out at the latest.
    await sleep(500);
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  await round();
  const before = await round();
  const after = Math.min(await round(), await round());
  expect(after).toBeLessThan(before * 1.1);
  expect((await fetch(shop.url)).status).toBe(200);
  const open = await new Promise<number>((resolve, reject) => {
    dead.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
  expect(open).toBeLessThanOrEqual(2);
});
