import type { Part } from '@tessera/shell/mashup';

/** How the sources stand together, in a sentence. */
export function overview(parts: readonly Part<unknown>[]): string {
  const failed = parts.filter(({ state }) => state === 'error').length;
  const here = parts.filter(({ state }) => state === 'ready').length;
  const waiting = parts.length - failed - here;
  const says = [`${here} of ${parts.length} sources are here`];
  if (waiting > 0) says.push(`${waiting} on the way`);
  if (failed > 0) says.push(`${failed} without an answer`);
  return `${says.join(', ')}.`;
}
