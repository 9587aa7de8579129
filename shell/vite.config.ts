import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const require = createRequire(import.meta.url);

/** What the page's import map names: one copy of React for the shell and for every remote. */
const VENDORS = ['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client'];

export default defineConfig(({ mode }) => ({
  base: '/_tessera/shell/',
  plugins: [vendorEntries()],
  define: {
    'process.env.NODE_ENV': JSON.stringify(mode),
    // Leave out what Module Federation needs on servers and in hosts that expose modules themselves.
    ENV_TARGET: '"web"',
    FEDERATION_HAS_EXPOSES: 'false',
    FEDERATION_OPTIMIZE_NO_SNAPSHOT_PLUGIN: 'true',
  },
  build: {
    target: 'es2022',
    // The only stylesheet is the inspector's, for operators: left as it is, with nesting and light-dark().
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    manifest: true,
    // A library build has no preload helper around `import()`: the composer links what a page needs ahead.
    lib: { entry: {}, formats: ['es'] },
    rolldownOptions: {
      input: {
        boot: join(import.meta.dirname, 'src/boot.ts'),
        inspector: join(import.meta.dirname, 'src/inspector/inspector.ts'),
        ...Object.fromEntries(VENDORS.map((name) => [name, name])),
      },
      // The federation chunk imports from boot what both need: boot exports that, the vendors just their own names.
      preserveEntrySignatures: 'exports-only',
      output: {
        minify: true,
        entryFileNames: ({ name }) => `assets/${name.replace('/', '-')}-[hash].js`,
        chunkFileNames: 'assets/[name]-[hash].js',
      },
    },
  },
}));

/**
 * Gives React, which is CommonJS, ES modules with all of its names. The shell's own imports of it lead to the same
 * modules, so that the import map and the federation chunk share them.
 */
function vendorEntries(): Plugin {
  const prefix = '\0vendor:';
  return {
    name: 'tessera:vendor-entries',
    enforce: 'pre',
    resolveId(source, importer) {
      const own = importer === undefined || importer.startsWith(join(import.meta.dirname, 'src'));
      return own && VENDORS.includes(source) ? prefix + source : undefined;
    },
    load(id) {
      if (!id.startsWith(prefix)) return undefined;
      const name = id.slice(prefix.length);
      const from = JSON.stringify(name);
      return `export { default, ${exportedNames(name).join(', ')} } from ${from};`;
    },
  };
}

/** The names of the production build; Node's own condition may choose the development build, which has more. */
function exportedNames(vendor: string): string[] {
  const [root = ''] = vendor.split('/');
  const folder = dirname(require.resolve(`${root}/package.json`));
  const file = `${vendor.replace('/', '-')}.production.js`;
  return Object.keys(require(join(folder, 'cjs', file)));
}
