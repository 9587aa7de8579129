import { resolve } from 'node:path';
import { normalizePath, type Plugin, type Rolldown } from 'vite';
import { entryNotInBuild } from './errors.ts';
import type { RemoteBuild } from './remote-build.ts';

type Bundle = Rolldown.OutputBundle;

/**
 * Writes `remote.json` beside the build. The closure is walked in the bundle itself, because the plugin's own manifest omits
 * chunks and lists React fallbacks that must not be loaded: the static imports of the entry, and of a federated one those of
 * its map of shared modules and of the exposed module. Must stand after the federation plugin.
 */
export function remoteClosure(
  type: RemoteBuild['type'],
  module: string,
  widget: string,
  shared: readonly string[],
): Plugin {
  let root = '.';
  return {
    name: 'tessera:remote-closure',
    apply: 'build',
    configResolved(config) {
      root = config.root;
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const widgetFile = normalizePath(resolve(root, widget));
        const build = { ...describeRemote(bundle, type, module, widgetFile), shared };
        this.emitFile({
          type: 'asset',
          fileName: 'remote.json',
          source: `${JSON.stringify(build, null, 2)}\n`,
        });
      },
    },
  };
}

function describeRemote(
  bundle: Bundle,
  type: RemoteBuild['type'],
  module: string,
  widgetFile: string,
): Omit<RemoteBuild, 'shared'> {
  const entry = Object.values(bundle).find(
    ({ type, name }) => type === 'chunk' && name === 'remoteEntry',
  );
  if (entry?.type !== 'chunk') throw entryNotInBuild('remoteEntry');
  const chunks =
    type === 'container'
      ? closure(bundle, [entry.fileName])
      : federatedChunks(bundle, entry, widgetFile);
  return {
    type,
    entry: entry.fileName,
    modules: {
      [module]: {
        js: chunks.map(({ fileName }) => fileName),
        css: [...new Set(chunks.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]))],
      },
    },
  };
}

/** What loading the widget through its Module Federation entry needs. */
function federatedChunks(
  bundle: Bundle,
  entry: Rolldown.OutputChunk,
  widgetFile: string,
): Rolldown.OutputChunk[] {
  const holdsWidget = (file: string) =>
    closure(bundle, [file]).some(({ moduleIds }) => moduleIds.includes(widgetFile));
  const shared = entry.dynamicImports.filter((file) => file.includes('localSharedImportMap'));
  // The entry's own import of the widget tells which chunk that is: another one may merely pass its exports on.
  const widget = closure(bundle, [entry.fileName])
    .flatMap(({ dynamicImports }) => dynamicImports)
    .filter(holdsWidget);
  if (!widget.length) throw entryNotInBuild(widgetFile);
  return closure(bundle, [entry.fileName, ...shared, ...widget]);
}

/** The chunks and everything they import statically, each once. */
function closure(bundle: Bundle, roots: readonly string[]): Rolldown.OutputChunk[] {
  const seen = new Map<string, Rolldown.OutputChunk>();
  const visit = (file: string) => {
    const chunk = bundle[file];
    if (seen.has(file) || chunk?.type !== 'chunk') return;
    seen.set(file, chunk);
    chunk.imports.forEach(visit);
  };
  roots.forEach(visit);
  return [...seen.values()];
}
