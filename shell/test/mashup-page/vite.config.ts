import { join } from 'node:path';
import { defineConfig } from 'vite';

/** A page's own script; React comes from the import map. */
export default defineConfig({
  build: {
    target: 'es2022',
    rolldownOptions: {
      input: join(import.meta.dirname, 'tiles.tsx'),
      external: ['react', 'react/jsx-runtime', 'react-dom/client'],
      output: { entryFileNames: 'tiles.js' },
    },
  },
});
