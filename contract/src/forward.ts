/** Only for one connection (RFC 9110 §7.6.1). */
export const HOP_BY_HOP: readonly string[] =
  'connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade http2-settings'.split(
    ' ',
  );
/** What a visitor may not say about the way of a request. */
const CLAIMED = 'forwarded x-original-url x-rewrite-url x-http-method-override'.split(' ');
/** About the visitor's own request, which is another than the one for a fragment. */
const OF_THE_REQUEST =
  'host expect range if-match if-none-match if-modified-since if-unmodified-since if-range priority'.split(
    ' ',
  );
const SET_BY_COMPOSER = 'accept accept-encoding traceparent tracestate x-request-id'.split(' ');
/** What the composer itself says about the visitor's request, when the manifest names it. */
const X_FORWARDED = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for'];

/** Why a visitor's header never goes up with a request for content, whatever a manifest names; undefined when it may. */
export function whyNotForwarded(header: string): string | undefined {
  if (header === 'cookie') return 'cookies are named in forward.cookies';
  if (HOP_BY_HOP.includes(header)) return 'it is for one connection only';
  if (OF_THE_REQUEST.includes(header) || header.startsWith('content-')) {
    return "it belongs to the visitor's own request";
  }
  if (SET_BY_COMPOSER.includes(header) || header.startsWith('tessera-')) {
    return 'the composer sends its own';
  }
  if (CLAIMED.includes(header) || header.startsWith(':')) return 'a visitor could make it up';
  if (!header.startsWith('x-forwarded-') || X_FORWARDED.includes(header)) return undefined;
  return `a visitor could make it up; there are ${X_FORWARDED.join(', ')}`;
}
