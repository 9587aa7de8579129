/**
 * The prefix of React's generated ids for one rendering of a fragment, equal on server and in the browser: the name and a
 * short hash (FNV-1a) of the content's path and query below the base, because both sides know those.
 * Two slots on a page then never share an id unless they show the very same HTML.
 */
export function identifierPrefix(fragment: string, path: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) {
    hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  }
  return `${fragment}-${(hash >>> 0).toString(36)}-`;
}
