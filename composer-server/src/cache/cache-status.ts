/** How the cache came to an answer (RFC 9211 §2). */
export interface CacheStatus {
  readonly hit: boolean;
  /** Why a request went on to the service. */
  readonly fwd?: 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'request' | 'stale' | undefined;
  /** The service's status, where it is not the one that is sent. */
  readonly fwdStatus?: number | undefined;
  /** Whole seconds it is fresh yet; negative when stale. */
  readonly ttl?: number | undefined;
  readonly stored?: boolean | undefined;
  /** Shared the answer to another request. */
  readonly collapsed?: boolean | undefined;
  /** A word, such as `private` or `memory`. */
  readonly detail?: string | undefined;
}

/** The field's member for this cache, to be appended to what the service sent (RFC 9211 §2). */
export function cacheStatusValue({
  hit,
  fwd,
  fwdStatus,
  ttl,
  stored,
  collapsed,
  detail,
}: CacheStatus): string {
  let value = 'tessera';
  if (hit) value += '; hit';
  if (fwd) value += `; fwd=${fwd}`;
  if (fwdStatus !== undefined) value += `; fwd-status=${fwdStatus}`;
  if (ttl !== undefined && Number.isFinite(ttl)) value += `; ttl=${ttl}`;
  if (stored) value += '; stored';
  if (collapsed) value += '; collapsed';
  if (detail) value += `; detail=${detail}`;
  return value;
}
