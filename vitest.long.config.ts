import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/{src,test}/**/*.long.ts'],
    testTimeout: 600_000,
    // They measure memory and sockets: one at a time.
    fileParallelism: false,
    execArgv: ['--expose-gc'],
  },
});
