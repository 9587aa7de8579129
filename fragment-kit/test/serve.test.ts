import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { defineFragment, serveFragments } from '../src/index.ts';
import { startFragment } from '../src/testing.ts';

const quiet = { port: 0, log: false, signals: false };
const hello = (name: string) =>
  defineFragment({ name, version: '1', content: '', render: () => `<p>${name}</p>` });

test('one service publishes several fragments, its health and a page that lists them', async () => {
  await using service = await serveFragments([hello('tea'), hello('coffee')], quiet);
  const text = async (path: string) => (await fetch(service.url + path)).text();
  expect(await text('tea/')).toContain('<p>tea</p>');
  expect(await text('coffee/')).toContain('<p>coffee</p>');
  expect(JSON.parse(await text('health'))).toEqual({ status: 'ok', fragments: ['tea', 'coffee'] });
  expect(await text('')).toContain('href="/coffee/fragment.json"');
  expect((await fetch(`${service.url}tea`)).url).toBe(`${service.url}tea/`);
  expect((await fetch(`${service.url}nothing`)).status).toBe(404);
});

test('a port in use is named together with what changes it', async () => {
  await using service = await serveFragments([hello('tea')], quiet);
  await expect(
    serveFragments([hello('coffee')], { ...quiet, port: service.port }),
  ).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: `Port ${service.port} on 127.0.0.1 is in use.`,
    hint: expect.stringContaining('PORT'),
  });
});

test('closing lets a running request finish and closes idle connections at once', async () => {
  const rendering = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<string>();
  const slow = defineFragment({
    name: 'slow',
    version: '1',
    content: '',
    render: () => {
      rendering.resolve();
      return gate.promise;
    },
  });
  const service = await serveFragments([slow, hello('tea')], quiet);
  const idle = connect(service.port, '127.0.0.1');
  await once(idle, 'connect');
  // An agent that keeps connections open, as the composer's pool does.
  const agent = new Agent({ keepAlive: true });
  const [used] = await once(get(`${service.url}tea/`, { agent }), 'response');
  used.resume();
  await once(used, 'end');
  const running = fetch(`${service.url}slow/`);
  await rendering.promise;
  const closing = service.close();
  await once(idle, 'close');
  await expect(fetch(service.url)).rejects.toThrow();
  gate.resolve('<p>finished</p>');
  expect(await (await running).text()).toContain('<p>finished</p>');
  await closing;
  await service.close();
  agent.destroy();
});

test('onClose runs once, after the last request', async () => {
  const rendering = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<string>();
  const order: string[] = [];
  const slow = defineFragment({
    name: 'slow',
    version: '1',
    content: '',
    render: async () => {
      rendering.resolve();
      const html = await gate.promise;
      order.push('rendered');
      return html;
    },
  });
  const onClose = () => void order.push('closed');
  const service = await startFragment(slow, { onClose });
  const running = service.fetch('');
  await rendering.promise;
  const closing = Promise.all([service.close(), service.close()]);
  gate.resolve('<p>last</p>');
  expect(await (await running).text()).toBe('<p>last</p>');
  await closing;
  expect(order).toEqual(['rendered', 'closed']);
});

test('closing cuts what does not end within drainMs', async () => {
  const rendering = Promise.withResolvers<void>();
  const stuck = defineFragment({
    name: 'stuck',
    version: '1',
    content: '',
    render: () => {
      rendering.resolve();
      return new Promise<string>(() => {});
    },
  });
  const service = await startFragment(stuck, { drainMs: 10 });
  const cut = expect(service.fetch('')).rejects.toThrow();
  await rendering.promise;
  await service.close();
  await cut;
});

test('SIGTERM ends the process with 0 after the running request, and its one line names the URL', async () => {
  const program = `
    import { defineFragment, serveFragments } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))};
    const tea = defineFragment({ name: 'tea', version: '1', content: '', render: async function () {
      process.kill(process.pid, 'SIGTERM');
      await new Promise((done) => process.once('SIGTERM', done));
      return '<p>last</p>';
    } });
    const milk = defineFragment({ name: 'milk', version: '1' });
    await serveFragments([tea, milk], { port: 0 });
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: line } = await lines.next();
  const [, url] = /^tea, milk listening on (http:\/\/127\.0\.0\.1:\d+\/)$/.exec(String(line)) ?? [];
  expect(await (await fetch(`${url}tea/`)).text()).toContain('<p>last</p>');
  expect(await exited).toEqual([0, null]);
});

test('mistakes are refused at start, each with its place', async () => {
  const base = { name: 'tea', version: '1' };
  const start = (...fragments: Parameters<typeof serveFragments>[0]) =>
    expect(serveFragments(fragments, quiet)).rejects;
  expect(() => defineFragment({ ...base, name: 'Tea' })).toThrow('Fragment "Tea": name must be');
  expect(() => defineFragment({ ...base, content: ':x' })).toThrow('content must be');
  expect(() => defineFragment({ ...base, remote: {} })).toThrow('build must be');
  await start(hello('tea'), hello('tea')).toThrow('of different names, but is "tea"');
  await start(defineFragment({ ...base, version: 'one two' })).toThrow('version must be');
  await start(defineFragment({ ...base, actions: { 'FETCH x': () => {} } })).toThrow('"FETCH x"');
  await start(
    defineFragment({ ...base, content: '../up', timeoutMs: -1, render: () => '' }),
  ).toThrow(/content must be .*; timeoutMs must be milliseconds/);
  await start(defineFragment({ ...base, cache: { maxAgeMs: -1 } })).toThrow('cache.maxAgeMs');
  const nowhere = new URL('./nowhere/', import.meta.url);
  await start(defineFragment({ ...base, build: nowhere })).toMatchObject({
    code: 'FRAGMENT_NOT_BUILT',
  });
  await start(defineFragment({ ...base, assets: nowhere })).toMatchObject({
    code: 'FRAGMENT_FILE_MISSING',
  });
  await start(defineFragment({ ...base, styles: nowhere })).toMatchObject({
    code: 'FRAGMENT_FILE_MISSING',
  });
  await expect(serveFragments([], { port: Number.NaN })).rejects.toThrow('port must be');
});
