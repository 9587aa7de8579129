import { expect, test } from 'vitest';
import { html, inline, shellBuild, startComposer, startServer, text } from './servers.ts';

const remote = (mount: string) => ({
  params: { sku: { type: 'string', default: '</script><b>' } },
  assets: [{ rel: 'stylesheet', href: 'assets/a.css' }],
  remote: {
    entry: 'assets/remoteEntry.js',
    module: './widget',
    mount,
    closure: { js: ['assets/remoteEntry.js', 'assets/w.js'], css: ['assets/w.css'] },
  },
});

test('the head has import map, styles, preloads, page data and boot for the widgets of the page', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  await using shop = await startComposer({
    shell: build.root,
    fragments: { a: inline(a.url, remote('load')) },
    template:
      '<html><head><title>t</title></head><body><fragment-slot name="a"></fragment-slot></body></html>',
  });
  const page = await text(shop.url);
  expect(page).toMatch(
    /^<html><head><script type="importmap">\{"imports":\{"react":"\/_tessera\/shell\/assets\/react-A1b2C3d4\.js"\}\}<\/script><title>/,
  );
  const head = page.slice(0, page.indexOf('</head>'));
  expect(head).toContain('<link rel="stylesheet" href="/_fragments/a/assets/a.css">');
  expect(head.match(/rel="modulepreload" href="([^"]+)"/g)).toHaveLength(4);
  expect(head).toMatch(
    /<script type="module" async src="\/_tessera\/shell\/assets\/boot-A1b2C3d4\.js"><\/script>$/,
  );
  const json =
    /<script type="application\/json" id="tessera-page">(.*?)<\/script>/.exec(head)?.[1] ?? '';
  expect(JSON.parse(json)).toEqual({
    v: 1,
    page: '/',
    slots: {
      a: {
        fragment: 'a',
        version: '1',
        props: { sku: '</script><b>' },
        html: '/_fragments/a/any',
        timeoutMs: 1000,
        render: 'server',
        mount: 'load',
      },
    },
    remotes: {
      a: {
        type: 'module-federation',
        entry: '/_fragments/a/assets/remoteEntry.js',
        module: './widget',
        timeoutMs: 5000,
        js: ['/_fragments/a/assets/remoteEntry.js', '/_fragments/a/assets/w.js'],
        css: ['/_fragments/a/assets/w.css'],
      },
    },
  });
  expect(a.requests).toHaveLength(1);
});

test('a slot that the browser renders is not asked for, and brings its styles only when it starts at once', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  const page = async (mount: string) => {
    await using shop = await startComposer({
      shell: build.root,
      fragments: { a: inline(a.url, remote('none')) },
      template: `<fragment-slot name="a" render="client" mount="${mount}">wait<template slot="error">no</template></fragment-slot>`,
    });
    return await text(shop.url);
  };
  const visible = await page('visible');
  expect(visible).toContain(
    'state="ready">wait<template slot="error">no</template></fragment-slot>',
  );
  expect(visible).not.toMatch(/stylesheet|modulepreload/);
  expect(await page('load')).toContain('<link rel="stylesheet" href="/_fragments/a/assets/w.css">');
  expect(a.requests).toHaveLength(0);
});

test('without widgets there is neither import map nor boot, and a CDN takes the assets when named', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  await using shop = await startComposer({
    shell: build.root,
    fragments: { a: { ...inline(a.url, remote('none')), publicUrl: 'https://cdn.example/a/' } },
    template: '<fragment-slot name="a"></fragment-slot>',
  });
  const page = await text(shop.url);
  expect(page).not.toContain('<script');
  expect(page).toContain(
    '<link rel="stylesheet" href="https://cdn.example/a/assets/a.css" crossorigin="">',
  );
});

test('a primary that answers 4xx is not listed for a widget, the other slots are', async () => {
  await using build = await shellBuild();
  let status = 200;
  await using main = await startServer((_, response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>main</h1>'),
  );
  await using other = await startServer(html('<i>other</i>'));
  await using shop = await startComposer({
    shell: build.root,
    fragments: {
      main: inline(main.url, remote('load')),
      other: inline(other.url, remote('visible')),
    },
    template:
      '<fragment-slot name="main" primary></fragment-slot><fragment-slot name="other"></fragment-slot>',
  });
  const listed = async () => {
    const page = await text(shop.url);
    expect(page).toContain('<h1>main</h1>');
    const data = /id="tessera-page">(.*?)<\/script>/.exec(page)?.[1] ?? '{}';
    return Object.keys(JSON.parse(data).slots);
  };
  expect(await listed()).toEqual(['main', 'other']);
  status = 404;
  expect(await listed()).toEqual(['other']);
});

test('what a remote shares is preloaded with it; one that shares nothing costs no React', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  const page = async (shared: string[]) => {
    const manifest = remote('load');
    await using shop = await startComposer({
      shell: build.root,
      fragments: { a: inline(a.url, { ...manifest, remote: { ...manifest.remote, shared } }) },
      template: '<fragment-slot name="a"></fragment-slot>',
    });
    return await text(shop.url);
  };
  const react = '/_tessera/shell/assets/react-A1b2C3d4.js';
  expect(await page([])).not.toContain(`modulepreload" href="${react}"`);
  const sharing = await page(['react']);
  expect(sharing).toContain(`modulepreload" href="${react}"`);
  expect(sharing).toContain(`"shared":["${react}"]`);
});

test('HTML of another version than its manifest says so, in order and late, and its own remote is listed', async () => {
  await using build = await shellBuild();
  let version = '1';
  const late = Promise.withResolvers<void>();
  await using a = await startServer(async (request, response) => {
    if (request.url === '/fragment.json') {
      const entry = `assets/remoteEntry-${version}.js`;
      const manifest = { ...remote('visible'), version, content: ':sku' };
      response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=1' })
        .end(JSON.stringify({ ...manifest, remote: { ...manifest.remote, entry } }));
      return;
    }
    if (request.url?.endsWith('late')) await late.promise;
    response
      .writeHead(200, { 'content-type': 'text/html', 'tessera-version': '"1&' })
      .end('<i>a</i>');
  });
  await using shop = await startComposer({
    shell: build.root,
    fragments: { a: a.url },
    template:
      '<fragment-slot name="a" param-sku="now"></fragment-slot><fragment-slot name="a" param-sku="late" deferred></fragment-slot>',
  });
  version = '2';
  await expect
    .poll(
      async () =>
        (await (await fetch(`${shop.url}_fragments/a/now`)).headers.get('tessera-version')) ?? '',
    )
    .toBe('"1&');
  const listed = async () => {
    const response = await fetch(shop.url);
    late.resolve();
    const page = await response.text();
    expect(page).toContain('state="ready" version="&quot;1&amp;"><i>a</i>');
    expect(page).toContain('data-state="ready" data-version="&quot;1&amp;">');
    const data = /id="tessera-page">(.*?)<\/script>/.exec(page)?.[1] ?? '{}';
    return Object.entries<{ entry: string }>(JSON.parse(data).remotes).map(
      ([name, { entry }]) => `${name} ${entry}`,
    );
  };
  await expect
    .poll(listed, { timeout: 10_000 })
    .toEqual([
      'a /_fragments/a/assets/remoteEntry-2.js',
      'a@1 /_fragments/a/assets/remoteEntry-1.js',
    ]);
});

test('a page with boot also lists the slots without a widget whose HTML may come later', async () => {
  await using build = await shellBuild();
  await using a = await startServer(html('<i>a</i>'));
  await using shop = await startComposer({
    shell: build.root,
    fragments: { a: inline(a.url, remote('idle')), plain: inline(a.url), main: inline(a.url) },
    template: `<fragment-slot name="a"></fragment-slot><fragment-slot name="plain"></fragment-slot>
      <fragment-slot name="main" primary></fragment-slot><fragment-slot name="main" shadow></fragment-slot>`,
  });
  const data = /id="tessera-page">(.*?)<\/script>/.exec(await text(shop.url))?.[1] ?? '{}';
  const { slots, remotes } = JSON.parse(data);
  expect(Object.keys(slots)).toEqual(['a', 'plain']);
  expect(slots.plain).toMatchObject({ html: '/_fragments/plain/any', mount: 'none' });
  expect(Object.keys(remotes)).toEqual(['a']);
});
