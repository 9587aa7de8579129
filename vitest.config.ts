import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/{src,test}/**/*.test.ts', 'fragments/*/**/*.test.ts', 'shell/app/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'e2e/**'],
    testTimeout: 20_000,
    // A busy machine takes its time; what is asserted is that it happens.
    expect: { poll: { timeout: 15_000 } },
  },
});
