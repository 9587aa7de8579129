import type { PathPattern } from '@tessera/contract';
import type { PageOptions } from '../config/page.ts';
import { jsonInHtml } from '../json-in-html.ts';

/** Links that lead somewhere else than to a page of their own, or that their author does not want to be followed ahead. */
const NOT_AHEAD = '[rel~=nofollow],[download],[target]:not([target=_self]),[data-no-prefetch]';

/**
 * The text of the site's speculation rules, alike for every page with widgets (one without has no script of ours): a browser
 * that knows them fetches a page when a link to it is hovered or touched, and renders those ahead that say `prerender`. Empty
 * for a site without pages.
 */
export function speculationRules(pages: readonly PageOptions[]): string {
  const prefetched = pages.filter(({ prerender }) => !prerender);
  const prerendered = pages.filter(({ prerender }) => prerender);
  const rules = {
    ...(prefetched.length && { prefetch: [ruleFor(prefetched)] }),
    ...(prerendered.length && { prerender: [ruleFor(prerendered)] }),
  };
  if (pages.length === 0) return '';
  return jsonInHtml(rules);
}

/**
 * What makes browsers forget what they have fetched ahead, for the answer of an action: a page that was fetched before it
 * would show what was true then.
 */
export const FORGET_AHEAD = ['clear-site-data', '"prefetchCache", "prerenderCache"'];

function ruleFor(pages: readonly PageOptions[]) {
  const hrefs = pages.map(({ pattern }) => ({ pathname: urlPattern(pattern) }));
  return {
    where: {
      and: [{ href_matches: hrefs }, { not: { selector_matches: NOT_AHEAD } }],
    },
    eagerness: 'moderate',
  };
}

/** A route as the URL Pattern standard writes it. Params go without their names, which take fewer characters there. */
function urlPattern({ segments }: PathPattern): string {
  const parts = segments.map((segment, i) => {
    if (segment.kind === 'literal') return segment.text.replace(/[\\+*?{}():]/g, '\\$&');
    return segment.kind === 'rest' ? '*' : `:p${i}`;
  });
  return `/${parts.join('/')}`;
}
