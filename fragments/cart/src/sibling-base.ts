/**
 * The base of another fragment of the site, seen from a fragment's own: they stand side by side, below `/_fragments/` in a
 * page and, for those of one service, below `/` on their own.
 */
export function siblingBase(base: string, name: string): string {
  return base.replace(/[^/]+\/$/, `${name}/`);
}
