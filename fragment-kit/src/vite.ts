import { federation } from '@module-federation/vite';
import { isFragmentName } from '@tessera/contract';
import react from '@vitejs/plugin-react';
import type { PluginOption, UserConfig, UserConfigFnObject } from 'vite';
import { invalidPresetOption } from './errors.ts';
import type { RemoteBuild } from './remote-build.ts';
import { remoteClosure } from './remote-closure.ts';
import { CONTAINER_ID, remoteContainer } from './remote-container.ts';
import { sharedNamespaces } from './shared-namespaces.ts';

export interface FragmentPresetOptions {
  /** The fragment's name. */
  readonly name: string;
  /** The file that exports `mount` (and `hydrate`), for example `src/client.ts`. It becomes the remote's `./widget`. */
  readonly widget: string;
  /** The component that the server renders, default export; built by `vite build --ssr` to `dist/server/<file>.js`. */
  readonly server?: string;
  /**
   * What the remote becomes. `module-federation` negotiates the version of React with the page. `container` is one plain ES
   * module without Module Federation's glue: for light widgets; React, if used, is whatever the page has.
   * Default `module-federation`.
   */
  readonly type?: RemoteBuild['type'];
  /** Whether React is used: JSX, and the page's one copy of React. Default: when `server` or `widget` is JSX and there are no `plugins`. */
  readonly react?: boolean;
  /** Vite plugins of the framework that the widget is written with, for both halves: `[preact()]`, `[vue()]`, `[svelte()]`. */
  readonly plugins?: readonly PluginOption[];
}

/**
 * The Vite configuration of a fragment: `export default fragmentPreset({ name: 'product', widget: 'src/client.ts' })`.
 *
 * `vite build` makes the remote in `dist/client/`, with a location-independent base and names that carry hashes, and
 * `dist/client/remote.json`; `vite build --ssr` makes the server's half in `dist/server/`. React comes from the page;
 * another framework that a widget uses is part of its remote.
 */
export function fragmentPreset(options: FragmentPresetOptions): UserConfigFnObject {
  const { name, widget, server, type = 'module-federation', plugins = [] } = options;
  if (!isFragmentName(name)) {
    throw invalidPresetOption('name', 'lower-case letters, digits and "-"', name);
  }
  if (type !== 'module-federation' && type !== 'container') {
    throw invalidPresetOption('type', '"module-federation" or "container"', type);
  }
  const usesReact = options.react ?? (plugins.length === 0 && /\.[jt]sx$/.test(server ?? widget));
  const framework = [usesReact && react(), ...plugins];
  return ({ isSsrBuild }) => {
    if (isSsrBuild) {
      if (server === undefined) throw invalidPresetOption('server', 'a file for --ssr', server);
      return serverConfig(server, framework);
    }
    return type === 'container'
      ? containerConfig(widget, framework, usesReact)
      : federatedConfig(name, widget, framework, usesReact);
  };
}

const MODULE = './widget';

/** What the federation plugin puts around a widget. */
const FEDERATION_GLUE =
  /@module-federation\/runtime|mf-external-runtime-core|mf-localSharedImportMap|vite\/preload-helper/;

const REACT = ['react', 'react-dom', 'react/jsx-runtime', 'react-dom/client'];

function federatedConfig(
  name: string,
  widget: string,
  framework: PluginOption[],
  usesReact: boolean,
): UserConfig {
  const widgetFile = `./${widget.replace(/^\.\//, '')}`;
  return {
    base: './',
    publicDir: false,
    plugins: [
      framework,
      usesReact && sharedNamespaces(widget, REACT),
      federation({
        name: name.replaceAll('-', '_'),
        filename: 'assets/remoteEntry-[hash].js',
        exposes: { [MODULE]: widgetFile },
        shared: usesReact ? sharedReact() : {},
        manifest: false,
        dts: false,
        // The shell provides the runtime for all remotes of the page.
        experiments: { externalRuntime: true },
      }) as PluginOption,
      remoteClosure('module-federation', MODULE, widget, usesReact ? REACT : []),
    ],
    build: {
      outDir: 'dist/client',
      target: 'es2022',
      rolldownOptions: {
        input: { widget: widgetFile },
        // One file instead of five: every request of the closure costs a page that has the widget.
        output: { codeSplitting: { groups: [{ name: 'federation', test: FEDERATION_GLUE }] } },
      },
    },
  };
}

/** `import: false`: the remote ships no React of its own, and a page with another major version refuses it. */
function sharedReact() {
  const share = {
    singleton: true,
    strictVersion: true,
    requiredVersion: '^19.0.0',
    import: false,
    suppressMissingImportWarning: true,
  } as const;
  return Object.fromEntries(REACT.map((name) => [name, share]));
}

/** React stays an import, which the page's import map resolves. */
function containerConfig(
  widget: string,
  framework: PluginOption[],
  usesReact: boolean,
): UserConfig {
  return {
    base: './',
    publicDir: false,
    plugins: [
      framework,
      remoteContainer(MODULE, widget),
      remoteClosure('container', MODULE, widget, usesReact ? REACT : []),
    ],
    build: {
      outDir: 'dist/client',
      target: 'es2022',
      rolldownOptions: {
        input: { remoteEntry: CONTAINER_ID },
        external: usesReact ? REACT : [],
        preserveEntrySignatures: 'strict',
      },
    },
  };
}

function serverConfig(server: string, framework: PluginOption[]): UserConfig {
  return {
    publicDir: false,
    plugins: [framework],
    // One React for the component and for react-dom/server, which Node resolves from the same place.
    ssr: { external: ['react', 'react-dom'] },
    build: {
      ssr: true,
      outDir: 'dist/server',
      target: 'node20',
      rolldownOptions: { input: server, output: { entryFileNames: '[name].js' } },
    },
  };
}
