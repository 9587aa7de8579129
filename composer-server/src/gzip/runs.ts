import type { Piece } from '../piece.ts';

/** Neighbouring pieces that share a block. */
export interface Run {
  /** `kept`: all of them come again; `own`: they are new; `secret`: one piece that shares with nobody. */
  readonly kind: 'kept' | 'own' | 'secret';
  readonly pieces: Piece[];
  bytes: number;
}

/** Beside pieces that are new anyway, kept ones of less than this are cheaper deflated along than as a block of their own. */
const SMALL_BYTES = 1024;

/** Divides pieces into runs. */
export function runsOf(pieces: readonly Piece[]): Run[] {
  const runs: Run[] = [];
  for (const piece of pieces) {
    if (piece.bytes.length === 0) continue;
    const kind = piece.secret ? 'secret' : piece.kept ? 'kept' : 'own';
    const last = runs.at(-1);
    if (last?.kind === kind && kind !== 'secret') {
      last.pieces.push(piece);
      last.bytes += piece.bytes.length;
    } else runs.push({ kind, pieces: [piece], bytes: piece.bytes.length });
  }
  return runs.length > 1 ? withoutSmall(runs) : runs;
}

/** Small kept runs beside new ones become part of those. */
function withoutSmall(runs: readonly Run[]): Run[] {
  const merged: Run[] = [];
  for (const [i, run] of runs.entries()) {
    const last = merged.at(-1);
    const small = run.kind === 'kept' && run.bytes < SMALL_BYTES;
    const besideNew = last?.kind === 'own' || runs[i + 1]?.kind === 'own';
    const kind = small && besideNew ? 'own' : run.kind;
    if (last?.kind === 'own' && kind === 'own') {
      last.pieces.push(...run.pieces);
      last.bytes += run.bytes;
    } else merged.push({ ...run, kind });
  }
  return merged;
}
