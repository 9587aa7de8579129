import { createInstance } from '@module-federation/enhanced/runtime';
import * as runtimeCore from '@module-federation/runtime-core';
import type { FragmentModule } from '@tessera/contract';
import react from 'react/package.json' with { type: 'json' };
import reactDom from 'react-dom/package.json' with { type: 'json' };

declare global {
  /** Where remotes built with `externalRuntime` find the runtime instead of bringing their own. */
  var _FEDERATION_RUNTIME_CORE: typeof runtimeCore;
}

globalThis._FEDERATION_RUNTIME_CORE = runtimeCore;

// Each is fetched when the first remote that uses it initialises: a page without React widgets has no React.
const shared = {
  react: share(react.version, () => import('react')),
  'react/jsx-runtime': share(react.version, () => import('react/jsx-runtime')),
  'react-dom': share(reactDom.version, () => import('react-dom')),
  'react-dom/client': share(reactDom.version, () => import('react-dom/client')),
};

const federation = createInstance({
  name: 'tessera',
  remotes: [],
  shareStrategy: 'loaded-first',
  shared,
});

// A plugin of our own instance would not see what remotes declare. Without it one that was built for another React starts
// on this one, whatever it says of versions, and breaks somewhere inside.
runtimeCore.registerGlobalPlugins([
  {
    name: 'tessera:versions',
    beforeInit(args) {
      for (const [name, { version }] of Object.entries(shared)) {
        for (const { shareConfig } of args.shareInfo[name] ?? []) {
          const { singleton, requiredVersion } = shareConfig ?? {};
          if (singleton && requiredVersion && !runtimeCore.satisfy(version, requiredVersion))
            throw new Error(`It needs ${name} ${requiredVersion}, and the page has ${version}.`);
        }
      }
      return args;
    },
  },
]);

/** One copy for the page. */
function share(version: string, load: () => Promise<unknown>) {
  return {
    version,
    scope: 'default',
    get: () => load().then((module) => () => module),
    shareConfig: {
      singleton: true,
      strictVersion: true,
      requiredVersion: `^${version.split('.')[0]}.0.0`,
    },
  };
}

/**
 * Loads what `entry` exposes as `module`, for example `./widget`: the module itself or its default export, whichever can
 * be mounted; undefined when neither can. Two versions of a remote are two entries, each loaded once. Rejects with
 * Module Federation's or the browser's error and never times out.
 */
export async function loadRemote(
  entry: string,
  module: string,
): Promise<FragmentModule | undefined> {
  // Names are its keys: one of a remote with another entry would not be loaded again.
  const name = encodeURIComponent(entry);
  // Without a type the entry would be a classic script.
  federation.registerRemotes([{ name, entry, type: 'module' }]);
  const exposed = await federation.loadRemote<FragmentModule & { default?: FragmentModule }>(
    `${name}${module.slice(1)}`,
  );
  return (
    [exposed, exposed?.default].find((found) => typeof found?.mount === 'function') ?? undefined
  );
}
