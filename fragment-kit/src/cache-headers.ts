import type { Fragment, RenderContext } from './define.ts';
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

/** `cache-groups`, a list of strings (RFC 9875 §2, RFC 9651 §3.3.3), or undefined when there are none. */
export function cacheGroups(fragment: Fragment, context: RenderContext): string | undefined {
  const { name, cache } = fragment;
  if (cache === undefined || cache === 'private' || !cache.groups) return undefined;
  const items = cache.groups(context).map((group) => {
    if (!/^[\x20-\x7e]*$/.test(group)) throw invalidCacheGroup(name, group);
    return `"${group.replace(/["\\]/g, '\\$&')}"`;
  });
  return items.length ? items.join(', ') : undefined;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
