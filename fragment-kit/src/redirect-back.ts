import type { Request, Response } from 'express';

/**
 * Answers an action with 303 to the page its form was on, so that reloading does not post again (RFC 9110 §15.4.4).
 *
 * The page comes from `referer`, which the composer passes as path and query for its own site only. Whatever is no path
 * of the same site is ignored, and the visitor goes to `fallbackPath`. `anchor` (without `#`) scrolls there.
 */
export function redirectBack(
  request: Request,
  response: Response,
  fallbackPath = '/',
  { anchor }: { anchor?: string } = {},
): void {
  const page = refererPath(request) ?? sitePath(fallbackPath) ?? '/';
  const target = anchor === undefined ? page : `${page}#${encodeURIComponent(anchor)}`;
  response.status(303).setHeader('location', target).end();
}

function refererPath(request: Request): string | undefined {
  const referer = request.get('referer');
  if (!referer) return undefined;
  if (referer.startsWith('/')) return sitePath(referer)?.replace(/#.*$/, '');
  if (!URL.canParse(referer)) return undefined;
  const { protocol, host, pathname, search } = new URL(referer);
  const ours = [request.get('x-forwarded-host'), request.get('host')];
  if (!/^https?:$/.test(protocol) || !ours.includes(host)) return undefined;
  return sitePath(pathname + search);
}

/** The path as a URL parser normalises it, or undefined when it would leave the site. */
function sitePath(path: string): string | undefined {
  const site = 'http://site.invalid';
  if (!path.startsWith('/') || /[\\\p{Cc}]/u.test(path) || !URL.canParse(path, site))
    return undefined;
  const url = new URL(path, site);
  // "/.//evil" passes a check of the text and becomes "//evil" once its dots are resolved.
  if (url.origin !== site || url.pathname.startsWith('//')) return undefined;
  return url.pathname + url.search + url.hash;
}
