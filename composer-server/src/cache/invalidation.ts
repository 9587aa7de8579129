import { headerValue, headerValues, type ResponseHeaders } from '../headers.ts';
import { parseList } from './structured-field.ts';

/** Most groups of one answer, and characters of one name; what is beyond is ignored. */
const MAX_GROUPS = 64;
const MAX_GROUP_LENGTH = 128;

/** What an answer to an unsafe request makes stale. */
export interface Invalidation {
  readonly urls: readonly string[];
  readonly groups: readonly string[];
}

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export function isUnsafe(method: string): boolean {
  return !SAFE.has(method);
}

/**
 * What an answer invalidates (RFC 9111 §4.4, RFC 9875 §3): nothing after a safe method or an error; else the request's
 * URL, those in `location` and `content-location` on the same origin, and the groups in `cache-group-invalidation`.
 */
export function invalidationOf(
  request: { readonly method: string; readonly url: string },
  response: { readonly status: number; readonly headers: ResponseHeaders },
): Invalidation | undefined {
  if (!isUnsafe(request.method) || response.status < 200 || response.status >= 400)
    return undefined;
  const { origin } = new URL(request.url);
  const urls = new Set([request.url]);
  for (const name of ['location', 'content-location']) {
    const [value = ''] = headerValues(response.headers, name);
    const url = value && URL.canParse(value, request.url) ? new URL(value, request.url) : undefined;
    if (!url || url.origin !== origin) continue;
    url.hash = '';
    urls.add(url.href);
  }
  return {
    urls: [...urls],
    groups: groupNames(headerValue(response.headers, 'cache-group-invalidation')),
  };
}

/** The groups that an answer belongs to: `cache-groups` (RFC 9875 §2), and `surrogate-key`, parted by spaces. */
export function groupsOf(headers: ResponseHeaders): readonly string[] {
  const keys = (headerValue(headers, 'surrogate-key') ?? '').split(/[\s,]+/).filter(isGroup);
  return [...new Set([...groupNames(headerValue(headers, 'cache-groups')), ...keys])].slice(
    0,
    MAX_GROUPS,
  );
}

/** A structured list of strings; anything else in it makes the whole field count for nothing. */
function groupNames(field: string | undefined): string[] {
  const members = parseList(field ?? '') ?? [];
  const names = members.flatMap((member) => (member.type === 'string' ? [member.value] : []));
  return names.length === members.length ? names.filter(isGroup).slice(0, MAX_GROUPS) : [];
}

function isGroup(name: string): boolean {
  return name !== '' && name.length <= MAX_GROUP_LENGTH;
}
