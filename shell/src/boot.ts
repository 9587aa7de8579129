import { startShell } from './shell.ts';

// Each is only fetched when the first slot needs it.
startShell({
  loadFederation: () => import('./federation.ts'),
  loadCapture: () => import('./capture.ts'),
  loadRecovery: () => import('./recovery.ts'),
});
