/** The version of the agreement between composer and fragment services; `protocol` in a manifest. */
export const PROTOCOL_VERSION = 1;

/** Headers that the composer sends to a fragment service, besides `accept`, `accept-encoding`, `user-agent` and `traceparent`. */
export const REQUEST_HEADERS = {
  /** Where the fragment is reachable from the browser, `/_fragments/<name>/`; absolute URLs in its HTML start with it. */
  base: 'tessera-base',
  /** Milliseconds that are left before the composer stops waiting. */
  deadlineMs: 'tessera-deadline-ms',
  requestId: 'x-request-id',
} as const;

/** Headers that a fragment service may answer with. */
export const RESPONSE_HEADERS = {
  /** The version of the fragment that answers; when it differs from the manifest's, the composer reads the manifest again. */
  version: 'tessera-version',
} as const;

/** The path below which a site reaches its fragments. */
export const FRAGMENTS_PATH = '/_fragments/';

/** The path below which composer and shell keep their own files and endpoints. */
export const TESSERA_PATH = '/_tessera/';

/** `/_fragments/<name>/`: a fragment's base as the browser sees it. */
export function fragmentBase(name: string): string {
  return `${FRAGMENTS_PATH}${name}/`;
}
