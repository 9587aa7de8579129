import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/{src,test}/**/*.load.ts'],
    testTimeout: 600_000,
    // They need the machine for themselves.
    fileParallelism: false,
    execArgv: ['--expose-gc'],
  },
});
