import type { Request, Response } from 'express';

/**
 * Answers an action with 303 to the page its form was on, so that reloading does not post again (RFC 9110 §15.4.4).
 *
 * The page comes from `referer`, which the composer passes as path and query for its own site only. Whatever is no path
 * of the same site is ignored, and the visitor goes to `fallbackPath`. `anchor` (without `#`) scrolls there. `query` sets
 * parameters of that page's address; undefined takes one away.
 */
export function redirectBack(
  request: Request,
  response: Response,
  fallbackPath = '/',
  { anchor, query = {} }: { anchor?: string; query?: Record<string, string | undefined> } = {},
): void {
  const page = new URL(refererPath(request) ?? sitePath(fallbackPath) ?? '/', SITE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) page.searchParams.set(name, value);
    else if (page.searchParams.has(name)) page.searchParams.delete(name);
  }
  if (anchor !== undefined) page.hash = encodeURIComponent(anchor);
  const target = page.pathname + page.search + page.hash;
  response.status(303).setHeader('location', target).end();
}

/** Stands for the visitor's site, which a path alone does not name. */
const SITE = 'http://site.invalid';

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
  if (!path.startsWith('/') || /[\\\p{Cc}]/u.test(path) || !URL.canParse(path, SITE))
    return undefined;
  const url = new URL(path, SITE);
  // "/.//evil" passes a check of the text and becomes "//evil" once its dots are resolved.
  if (url.origin !== SITE || url.pathname.startsWith('//')) return undefined;
  return url.pathname + url.search + url.hash;
}
