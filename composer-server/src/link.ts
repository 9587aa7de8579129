import { type FragmentAsset, fragmentBase } from '@tessera/contract';
import { headerValues, type ResponseHeaders } from './headers.ts';

/** One link of a `link` header (RFC 8288 §3). */
export interface Link {
  /** As it was sent; relative ones count from the request. */
  readonly target: string;
  /** Params by lower-case name, the first of each name; without a value: empty. */
  readonly params: ReadonlyMap<string, string>;
}

/** Where a fragment's links count from. */
export interface LinkOrigin {
  readonly base: URL;
  readonly name: string;
  readonly publicUrl: string | undefined;
  /** The URL that answered with them. */
  readonly requestUrl: string;
}

/** A fragment's `link` header may name this many; more are left out (its head would cost every page). */
const MAX_LINKS = 50;
const ASSET_RELS = ['stylesheet', 'modulepreload', 'preload'] as const;
const ASSET_ATTRIBUTES = ['as', 'type', 'media', 'crossorigin', 'integrity'] as const;

/** Reads a `link` header by RFC 8288 appendix B.2; what is no link is skipped. */
export function parseLinks(header: string): Link[] {
  const links: Link[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match) at = pattern.lastIndex;
    return match;
  };
  // Without a further ">" there is no further link.
  while (header.includes('>', at)) {
    take(/[\s,]+/y);
    const target = take(/<([^>]*)>/y);
    if (!target) {
      // Not a link: on to what may be one, past quoted commas.
      if (!take(/(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|$))+/y)) break;
      continue;
    }
    const params = new Map<string, string>();
    while (take(/\s*;/y)) {
      const name = take(/\s*([^\s=;,"<>]+)/y)?.[1]?.toLowerCase();
      if (name === undefined) continue;
      let value = '';
      if (take(/\s*=\s*/y)) {
        const quoted = take(/"((?:[^"\\]|\\.)*)(?:"|$)/y);
        value = quoted?.[1]?.replace(/\\(.)/g, '$1') ?? take(/[^\s;,]*/y)?.[0] ?? '';
      }
      if (!params.has(name)) params.set(name, value);
    }
    links.push({ target: target[1]?.trim() ?? '', params });
  }
  return links;
}

/**
 * The stylesheets and preloads that a fragment's answer adds, with URLs as the browser asks for them: below the
 * fragment's own base, or paths of the site. Others are left out, as are links about another resource (`anchor`).
 */
export function linkedAssets(headers: ResponseHeaders, from: LinkOrigin): FragmentAsset[] {
  const assets: FragmentAsset[] = [];
  for (const { target, params } of linksOf(headers)) {
    const rels = params.get('rel')?.toLowerCase().split(/\s+/) ?? [];
    const rel = ASSET_RELS.find((known) => rels.includes(known));
    const href = browserUrl(target, from);
    if (!rel || !href || params.has('anchor') || rels.includes('alternate')) continue;
    if (/^[a-z][a-z0-9+.-]*:/i.test(href) && !(from.publicUrl && href.startsWith(from.publicUrl)))
      continue;
    if (rel === 'preload' && !params.get('as')) continue;
    const attributes = ASSET_ATTRIBUTES.flatMap((name) => {
      const value = params.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    assets.push({ rel, href, ...Object.fromEntries(attributes) });
  }
  return assets;
}

/** A primary's links as a header of the page: the same, their targets as the browser reaches them. */
export function pageLinks(headers: ResponseHeaders, from: LinkOrigin): string[] {
  return linksOf(headers).flatMap(({ target, params }) => {
    const href = browserUrl(target, from);
    if (href === undefined) return [];
    const written = [...params].map(([name, value]) =>
      value === '' ? `; ${name}` : `; ${name}="${value.replace(/["\\]/g, '\\$&')}"`,
    );
    return [`<${href}>${written.join('')}`];
  });
}

function linksOf(headers: ResponseHeaders): Link[] {
  return headerValues(headers, 'link').flatMap(parseLinks).slice(0, MAX_LINKS);
}

/** As for redirects: `/path` is the site's own, a relative target counts from the request and stays below the base. */
function browserUrl(
  target: string,
  { base, name, publicUrl, requestUrl }: LinkOrigin,
): string | undefined {
  if (/[\\\0-\x20\x7f<>]/.test(target) || target === '' || target.startsWith('//'))
    return undefined;
  if (target.startsWith('/')) return target;
  if (!URL.canParse(target, requestUrl)) return undefined;
  const url = new URL(target, requestUrl);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  const own = url.href.startsWith(base.href) ? url.href.slice(base.href.length) : undefined;
  if (own !== undefined) return (publicUrl ?? fragmentBase(name)) + own;
  return URL.canParse(target) ? url.href : undefined;
}
