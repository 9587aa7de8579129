import { resolve } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Makes the widget's file import the shared modules as whole namespaces.
 *
 * The federation plugin gives a shared module without a copy of its own only those exports that it has seen in use, and
 * stops looking when parsing was quiet for 10 ms. On a busy machine it missed some and the build failed; a namespace
 * import in the first file makes it offer every export.
 */
export function sharedNamespaces(widget: string, modules: readonly string[]): Plugin {
  let file = '';
  return {
    name: 'tessera:shared-namespaces',
    enforce: 'pre',
    configResolved({ root }) {
      file = resolve(root, widget);
    },
    transform(code, id) {
      if (id.split('?', 1)[0] !== file) return undefined;
      const imports = modules.map(
        (module, i) => `import * as shared${i} from '${module}'; void shared${i};`,
      );
      return { code: `${imports.join(' ')}${code}`, map: null };
    },
  };
}
