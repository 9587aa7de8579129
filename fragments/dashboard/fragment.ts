import { defineFragment } from '@tessera/fragment';
import { visitActions } from './src/visits.ts';

/** The shop at a glance. No content of its own: its widget asks the other teams, and mashes up what they answer. */
export const dashboard = defineFragment({
  name: 'dashboard',
  version: '1.0.0',
  team: 'insights',
  build: new URL('./dist/', import.meta.url),
  remote: { module: './widget', mount: 'load' },
  actions: visitActions(),
});
