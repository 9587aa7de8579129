export { createEventBus } from './events.ts';
export type { Federation } from './federation.ts';
export { type ShellOptions, startShell } from './shell.ts';
