import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    benchmark: { include: ['*/src/**/*.bench.ts'] },
    testTimeout: 60_000,
    fileParallelism: false,
    // Node loads the modules itself, as in production: through Vite every access to an import is a getter.
    experimental: { viteModuleRunner: false },
  },
});
