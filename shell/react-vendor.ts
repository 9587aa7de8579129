import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';

/** What the page's import map names: one copy of React for the shell and for every remote. */
export const VENDORS = ['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client'] as const;

const ENTRY = 'virtual:react-vendor';

const require = createRequire(import.meta.url);

/**
 * Adds React, which is CommonJS, as one ES module with all names of its four modules, and lists it in the Vite manifest as
 * four entries: one request instead of seven that find each other one after the other. A build of its own, because in the
 * shell's it would share a chunk with the federation runtime, which pages without React need too.
 */
export function reactVendor(mode: string): Plugin {
  let file = '';
  return {
    name: 'tessera:react-vendor',
    apply: 'build',
    async generateBundle() {
      const code = await bundleReact(mode);
      const hash = createHash('sha256').update(code).digest('base64url').slice(0, 8);
      file = `assets/react-${hash}.js`;
      this.emitFile({ type: 'asset', fileName: file, source: code });
    },
    async writeBundle({ dir = '' }) {
      const path = join(dir, '.vite/manifest.json');
      const manifest = JSON.parse(await readFile(path, 'utf8'));
      for (const name of VENDORS) manifest[`vendor:${name}`] = { file, name, isEntry: true };
      await writeFile(path, JSON.stringify(manifest, null, 2));
    },
  };
}

async function bundleReact(mode: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    mode,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    plugins: [entry()],
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: {}, formats: ['es'] },
      rolldownOptions: { input: ENTRY, output: { minify: true } },
    },
  });
  const [{ output }] = [result].flat() as [Rolldown.RolldownOutput];
  return output[0].code;
}

function entry(): Plugin {
  return {
    name: 'tessera:react-vendor-entry',
    resolveId: (source) => (source === ENTRY ? `\0${ENTRY}` : undefined),
    load: (id) => (id === `\0${ENTRY}` ? entryCode() : undefined),
  };
}

/** Every name once: where two of the modules have the same, it is the same thing. */
function entryCode(): string {
  const seen = new Set<string>();
  const code = VENDORS.flatMap((vendor, i) => {
    const names = exportedNames(vendor).filter((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    const from = JSON.stringify(vendor);
    return [`import vendor${i} from ${from};`, `export { ${names.join(', ')} } from ${from};`];
  });
  return `${code.join('\n')}\nexport default { ${VENDORS.map((_, i) => `...vendor${i}`).join(', ')} };`;
}

/** The names of the production build; Node's own condition may choose the development build, which has more. */
function exportedNames(vendor: string): string[] {
  const [root = ''] = vendor.split('/');
  const folder = dirname(require.resolve(`${root}/package.json`));
  const file = `${vendor.replace('/', '-')}.production.js`;
  return Object.keys(require(join(folder, 'cjs', file)));
}
