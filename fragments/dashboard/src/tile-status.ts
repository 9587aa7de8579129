import type { Part } from '@tessera/shell/mashup';

/** How a tile stands, for its mark and for who reads it. */
export interface TileStatus {
  readonly mark: 'loading' | 'ready' | 'stale' | 'failed';
  readonly text: string;
}

/** How a source stands, in words. `timeoutMs` is how long it may take. */
export function tileStatus(part: Part<unknown>, team: string, timeoutMs: number): TileStatus {
  if (part.state === 'loading') return { mark: 'loading', text: `Asking ${team}…` };
  if (part.refreshing) return { mark: 'loading', text: `Asking ${team} again…` };
  if (part.state === 'ready') return { mark: 'ready', text: `From ${team}` };
  const problem = problemText(part.error.code, team, timeoutMs);
  return part.stale
    ? { mark: 'stale', text: `${problem} This is what it said before.` }
    : { mark: 'failed', text: problem };
}

function problemText(code: string, team: string, timeoutMs: number): string {
  switch (code) {
    case 'MASHUP_SOURCE_TIMEOUT':
      return `No answer from ${team} within ${timeoutMs / 1000} s.`;
    case 'MASHUP_SOURCE_INVALID':
      return `What ${team} answered makes no sense here.`;
    case 'MASHUP_SOURCE_UNREACHABLE':
      return `${capitalise(team)} cannot be reached.`;
    default:
      return `${capitalise(team)} answered with an error.`;
  }
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
