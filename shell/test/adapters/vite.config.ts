import { join } from 'node:path';
import { defineConfig } from 'vite';

const input = (file: string) => join(import.meta.dirname, file);

/** One widget for each adapter of the kit, React as the page's import map gives it. */
export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    rolldownOptions: {
      input: {
        react: input('react.tsx'),
        preact: input('preact.ts'),
        element: input('element.ts'),
        dom: input('dom.ts'),
      },
      external: ['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client'],
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js' },
    },
  },
});
