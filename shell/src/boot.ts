import { startShell } from './shell.ts';

// The federation chunk is only fetched when the first slot needs its remote.
startShell({ loadFederation: () => import('./federation.ts') });
