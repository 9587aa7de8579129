export { createStarter, type SlotStart, type StartedSlot, type Starter } from './starter.ts';

/** This module, as boot sees it: what comes with the first slot that starts, because boot can do without it. */
export type Federation = typeof import('./federation.ts');
