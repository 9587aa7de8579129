import type { Response } from 'express';
import type { CachePolicy, Fragment, RenderContext } from './define.ts';
import { invalidCacheGroup } from './errors.ts';

/**
 * `cache-control` for a fragment's content.
 *
 * Never `s-maxage`, which forbids to serve a stale copy (RFC 9111 §5.2.2.10), and never `public`, which would let answers to a
 * visitor's cookies be shared (§3.5).
 */
export function cacheControl(cache: Fragment['cache'] = 'private'): string {
  if (cache === 'private') return 'private, no-cache';
  const { maxAgeMs, staleWhileRevalidateMs = 0, staleIfErrorMs = 0 } = cache;
  return [
    `max-age=${seconds(maxAgeMs)}`,
    ...(staleWhileRevalidateMs
      ? [`stale-while-revalidate=${seconds(staleWhileRevalidateMs)}`]
      : []),
    ...(staleIfErrorMs ? [`stale-if-error=${seconds(staleIfErrorMs)}`] : []),
  ].join(', ');
}

/** `vary` for a fragment's content: our own header, and whatever of the visitor's request it is given. */
export function varyHeader({ forward = {} }: Fragment): string {
  const { headers = [], cookies = [] } = forward;
  return ['tessera-base', ...headers, ...(cookies.length ? ['cookie'] : [])].join(', ');
}

/** `cache-groups` of a fragment's content, or undefined when there are none. */
export function cacheGroups({ cache }: Fragment, context: RenderContext): string | undefined {
  if (cache === undefined || cache === 'private' || !cache.groups) return undefined;
  const groups = cache.groups(context);
  return groups.length ? groupList(groups) : undefined;
}

/**
 * Lets the answer of a GET action be stored for all visitors, like content with this `cache`; without it actions are
 * private. `groups` are labels to purge it by.
 */
export function cacheAnswer(
  response: Response,
  { groups = [], ...policy }: CachePolicy & { readonly groups?: readonly string[] },
): void {
  response.setHeader('cache-control', cacheControl(policy));
  if (groups.length) response.setHeader('cache-groups', groupList(groups));
}

/**
 * Tells the composer that an action was posted through to drop what it stored in these groups, before it passes the
 * answer on (RFC 9875 §3). Other composers are told by an outbox.
 */
export function invalidateGroups(response: Response, groups: readonly string[]): void {
  if (groups.length) response.setHeader('cache-group-invalidation', groupList(groups));
}

/** A structured list of strings (RFC 9875 §2, RFC 9651 §3.3.3). */
function groupList(groups: readonly string[]): string {
  const items = groups.map((group) => {
    if (!/^[\x20-\x7e]{1,128}$/.test(group)) throw invalidCacheGroup(group);
    return `"${group.replace(/["\\]/g, '\\$&')}"`;
  });
  return items.join(', ');
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
