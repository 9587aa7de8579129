import { federation } from '@module-federation/vite';
import { isFragmentName } from '@tessera/contract';
import react from '@vitejs/plugin-react';
import type { PluginOption, UserConfig, UserConfigFnObject } from 'vite';
import { invalidPresetOption } from './errors.ts';
import { remoteClosure } from './remote-closure.ts';
import { sharedNamespaces } from './shared-namespaces.ts';

export interface FragmentPresetOptions {
  /** The fragment's name. */
  readonly name: string;
  /** The file that exports `mount` (and `hydrate`), for example `src/client.ts`. It becomes the remote's `./widget`. */
  readonly widget: string;
  /** The component that the server renders, default export; built by `vite build --ssr` to `dist/server/<file>.js`. */
  readonly server?: string;
  /** Whether React is used: JSX, and the page's one copy of React. Default: when `server` or `widget` is JSX. */
  readonly react?: boolean;
}

/**
 * The Vite configuration of a fragment: `export default fragmentPreset({ name: 'product', widget: 'src/client.ts' })`.
 *
 * `vite build` makes the remote in `dist/client/`, with a location-independent base and names that carry hashes, and
 * `dist/client/remote.json`; `vite build --ssr` makes the server's half in `dist/server/`. React comes from the page.
 */
export function fragmentPreset(options: FragmentPresetOptions): UserConfigFnObject {
  const { name, widget, server } = options;
  if (!isFragmentName(name)) {
    throw invalidPresetOption('name', 'lower-case letters, digits and "-"', name);
  }
  const usesReact = options.react ?? /\.[jt]sx$/.test(server ?? widget);
  return ({ isSsrBuild }) => {
    if (!isSsrBuild) return clientConfig(name, widget, usesReact);
    if (server === undefined) throw invalidPresetOption('server', 'a file for --ssr', server);
    return serverConfig(server, usesReact);
  };
}

function clientConfig(name: string, widget: string, usesReact: boolean): UserConfig {
  const module = './widget';
  const widgetFile = `./${widget.replace(/^\.\//, '')}`;
  return {
    base: './',
    publicDir: false,
    plugins: [
      usesReact && react(),
      usesReact && sharedNamespaces(widget, ['react', 'react/jsx-runtime', 'react-dom/client']),
      federation({
        name: name.replaceAll('-', '_'),
        filename: 'assets/remoteEntry-[hash].js',
        exposes: { [module]: widgetFile },
        shared: usesReact ? sharedReact() : {},
        manifest: false,
        dts: false,
        // The shell provides the runtime for all remotes of the page.
        experiments: { externalRuntime: true },
      }) as PluginOption,
      remoteClosure(module, widget),
    ],
    build: {
      outDir: 'dist/client',
      target: 'es2022',
      rolldownOptions: { input: { widget: widgetFile } },
    },
  };
}

/** `import: false`: the remote ships no React of its own, and a page with another major version refuses it. */
function sharedReact() {
  const names = ['react', 'react-dom', 'react/jsx-runtime', 'react-dom/client'];
  const share = {
    singleton: true,
    strictVersion: true,
    requiredVersion: '^19.0.0',
    import: false,
    suppressMissingImportWarning: true,
  } as const;
  return Object.fromEntries(names.map((name) => [name, share]));
}

function serverConfig(server: string, usesReact: boolean): UserConfig {
  return {
    publicDir: false,
    plugins: [usesReact && react()],
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
