import { resolve } from 'node:path';
import { normalizePath, type Plugin } from 'vite';

/** The entry of a remote that `remoteContainer` makes; an input of the build. */
export const CONTAINER_ID = 'virtual:tessera-container';

/**
 * Provides the entry of a plain container: Module Federation's `init` and `get` around one module. The widget is part of it,
 * so that loading it takes one request.
 */
export function remoteContainer(module: string, widget: string): Plugin {
  let root = '.';
  return {
    name: 'tessera:remote-container',
    configResolved(config) {
      root = config.root;
    },
    resolveId: (source) => (source === CONTAINER_ID ? `\0${CONTAINER_ID}` : undefined),
    load(id) {
      if (id !== `\0${CONTAINER_ID}`) return undefined;
      return `import * as widget from ${JSON.stringify(normalizePath(resolve(root, widget)))};
        export const init = () => {};
        export const get = async (name) => {
          if (name !== ${JSON.stringify(module)}) throw new Error('This remote has no ' + name);
          return () => widget;
        };`;
    },
  };
}
