import { join } from 'node:path';
import { defineConfig } from 'vite';
import { reactVendor, VENDORS } from './react-vendor.ts';

export default defineConfig(({ mode }) => ({
  base: '/_tessera/shell/',
  plugins: [reactVendor(mode)],
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
        telemetry: join(import.meta.dirname, 'src/telemetry/telemetry.ts'),
      },
      // The page's import map resolves them, for the shell as for every remote.
      external: [...VENDORS],
      // The federation chunk imports from boot what both need: boot exports that.
      preserveEntrySignatures: 'exports-only',
      output: {
        minify: true,
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
      },
    },
  },
}));
