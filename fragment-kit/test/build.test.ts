import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { defineFragment } from '../src/index.ts';
import { reactServer } from '../src/react-server.ts';
import type { RemoteBuild } from '../src/remote-build.ts';
import { startFragment } from '../src/testing.ts';
import { fragmentPreset } from '../src/vite.ts';

const fixture = (name: string) => join(import.meta.dirname, 'fixture', name);
const dist = (name: string) => pathToFileURL(`${fixture(name)}/dist/`);

/** Runs Vite as a team does. The federation plugin switches itself off where it sees a test's environment. */
async function viteBuild(name: string, ...flags: string[]): Promise<void> {
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  const vite = join(
    dirname(createRequire(import.meta.url).resolve('vite/package.json')),
    'bin/vite.js',
  );
  const args = [vite, 'build', '--logLevel', 'error', ...flags];
  await promisify(execFile)(process.execPath, args, { cwd: fixture(name), env });
}

beforeAll(async () => {
  await viteBuild('counter');
  await viteBuild('counter', '--ssr');
  await viteBuild('stars');
  await viteBuild('clock');
  await viteBuild('tags');
}, 120_000);

test.for(['counter', 'stars'])(
  '%s: everything that loading the remote needs is named, hashed and there',
  async (name) => {
    const client = join(fixture(name), 'dist/client');
    const build = JSON.parse(await readFile(join(client, 'remote.json'), 'utf8')) as RemoteBuild;
    expect(build.type).toBe('module-federation');
    expect(build.entry).toMatch(/^assets\/remoteEntry-[\w-]{8}\.js$/);
    const { js = [], css = [] } = build.modules['./widget'] ?? {};
    expect(js).toContain(build.entry);
    expect(css).toEqual([expect.stringMatching(/^assets\/.*-[\w-]{8}\.css$/)]);
    const files = (await readdir(join(client, 'assets'))).map((file) => `assets/${file}`);
    expect(files).toEqual(expect.arrayContaining([...js, ...css]));
    for (const file of files) expect(file).toMatch(/-[\w-]{8}\.(js|css)$/);
  },
);

test('the remote ships no React of its own', async () => {
  const assets = join(fixture('counter'), 'dist/client/assets');
  const files = await readdir(assets);
  const scripts = await Promise.all(files.map((file) => readFile(join(assets, file), 'utf8')));
  const all = scripts.join('\n');
  expect(all).not.toContain('react.transitional.element');
  expect(all).not.toContain('Minified React error');
  expect(all.length).toBeLessThan(60_000);
});

/** The widget of a built container, as Module Federation gets it. */
async function openContainer(
  name: string,
): Promise<{ code: string; get(module: string): unknown }> {
  const client = join(fixture(name), 'dist/client');
  const { entry, ...build } = JSON.parse(
    await readFile(join(client, 'remote.json'), 'utf8'),
  ) as RemoteBuild;
  expect(entry).toMatch(/^assets\/remoteEntry-[\w-]{8}\.js$/);
  expect(build).toMatchObject({ type: 'container', modules: { './widget': { js: [entry] } } });
  const container = await import(pathToFileURL(join(client, entry)).href);
  container.init();
  return {
    code: await readFile(join(client, entry), 'utf8'),
    get: async (module) => (await container.get(module))(),
  };
}

test('a container is one hashed module with init and get, and imports the page’s React', async () => {
  const { code, get } = await openContainer('clock');

  expect(code).toMatch(/from\s*"react"/);
  expect(code).not.toContain('react.transitional.element');
  expect(code.length).toBeLessThan(4000);
  await expect(get('./widget')).resolves.toMatchObject({
    default: { mount: expect.any(Function), hydrate: expect.any(Function) },
  });
  await expect(get('./other')).rejects.toThrow('no ./other');
  const assets = await readdir(join(fixture('clock'), 'dist/client/assets'));
  expect(assets).toEqual(
    expect.arrayContaining([expect.stringMatching(/^remoteEntry-[\w-]{8}\.css$/)]),
  );
});

test('the plugin of another framework decides what JSX is, and React stays out', async () => {
  const { code, get } = await openContainer('tags');

  expect(code).not.toContain('react');
  await expect(get('./widget')).resolves.toMatchObject({ mount: expect.any(Function) });
});

test('the manifest says that a remote is a container', async () => {
  const clock = defineFragment({
    name: 'clock',
    version: '1',
    build: dist('clock'),
    remote: { mount: 'idle' },
  });
  await using service = await startFragment(clock);

  const manifest = (await (await service.fetch('fragment.json')).json()) as { remote: object };

  expect(manifest.remote).toMatchObject({ type: 'container', module: './widget' });
});

test('the preset refuses a type that there is not', () => {
  const options = { name: 'clock', widget: 'src/client.ts', type: 'script' as 'container' };
  expect(() => fragmentPreset(options)).toThrow('type must be "module-federation" or "container"');
});

test('the component is rendered on the server, with its props for the browser and its remote in the manifest', async () => {
  const counter = defineFragment({
    name: 'counter',
    version: '1',
    content: ':label',
    build: dist('counter'),
    remote: { mount: 'visible' },
    render: reactServer(new URL('server/Counter.js', dist('counter')), {
      props: ({ params, base }) =>
        params.label === 'none'
          ? undefined
          : { label: params.label, from: 7, picture: `${base}p.svg` },
      head: ({ label }) => ({ title: label }),
    }),
  });
  await using service = await startFragment(counter);
  const html = await (await service.fetch('Cups')).text();
  expect(html).toContain('<title>Cups</title>');
  expect(html).toMatch(
    /<body><section class="counter" .*?<\/section><script type="application\/json" data-tessera-props>/,
  );
  expect(html).toContain('Cups<!-- -->: <!-- -->7<!-- --> of 90');
  expect(html).toContain('{"label":"Cups","from":7,"picture":"/_fragments/counter/p.svg"}');
  expect((await service.fetch('none')).status).toBe(404);

  const manifest = (await (await service.fetch('fragment.json')).json()) as {
    assets: { href: string }[];
    remote: { entry: string; mount: string; closure: { js: string[]; css: string[] } };
  };
  expect(manifest.remote.mount).toBe('visible');
  expect(manifest.assets.map(({ href }) => href)).toEqual(manifest.remote.closure.css);
  for (const file of [...manifest.remote.closure.js, ...manifest.remote.closure.css]) {
    const response = await service.fetch(file);
    expect([file, response.status, response.headers.get('cache-control')]).toEqual([
      file,
      200,
      'public, max-age=31536000, immutable',
    ]);
  }
});

test('ids differ between contents and agree for the same one', async () => {
  const counter = defineFragment({
    name: 'counter',
    version: '1',
    content: ':label',
    render: reactServer(new URL('server/Counter.js', dist('counter')), {
      props: () => ({ label: 'same', from: 1 }),
    }),
  });
  await using service = await startFragment(counter);
  const html = async (path: string) => (await service.fetch(path)).text();
  expect(await html('a')).toBe(await html('a'));
  expect(await html('a')).not.toBe(await html('b'));
});

test('a remote without its module, and a component that is not built, say so', async () => {
  const stars = { name: 'stars', version: '1', build: dist('stars') };
  const wrong = defineFragment({ ...stars, remote: { module: './stars' } });
  await expect(startFragment(wrong)).rejects.toThrow('remote.module must be one of ./widget');
  const errors: unknown[] = [];
  const unbuilt = defineFragment({
    ...stars,
    content: '',
    render: reactServer(new URL('server/Nothing.js', dist('stars'))),
  });
  await using service = await startFragment(unbuilt, { onError: (error) => errors.push(error) });
  expect((await service.fetch('')).status).toBe(500);
  expect(errors).toEqual([expect.objectContaining({ code: 'FRAGMENT_NOT_BUILT' })]);
});
