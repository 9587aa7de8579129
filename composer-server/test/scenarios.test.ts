import { test } from 'vitest';
import { SCENARIOS, SMALL } from './scenarios.ts';

test.each(Object.entries(SCENARIOS))('%s', async (_, run) => void (await run(SMALL)), 120_000);
