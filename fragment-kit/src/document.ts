import type { Fragment, FragmentHead } from './define.ts';
import { escapeHtml, scriptJson, voidTag } from './html.ts';

/** What stands before and after a fragment's HTML. */
export interface Frame {
  readonly before: string;
  readonly after: string;
}

/** The `<head>`'s inner HTML for what a fragment asks of it. */
export function headHtml(head: FragmentHead | string): string {
  if (typeof head === 'string') return head;
  const { title, meta = [], links = [], jsonLd } = head;
  return [
    title === undefined ? '' : `<title>${escapeHtml(title)}</title>`,
    ...meta.map((attributes) => voidTag('meta', attributes)),
    ...links.map((attributes) => voidTag('link', attributes)),
    jsonLd ? `<script type="application/ld+json">${scriptJson(jsonLd)}</script>` : '',
  ].join('');
}

/** For the composer: nothing around the fragment, or a whole document when it has something for the page's head. */
export function composedFrame(head: FragmentHead | string | undefined): Frame {
  if (head === undefined) return { before: '', after: '' };
  return {
    before: `<!doctype html><html><head><meta charset="utf-8">${headHtml(head)}</head><body>`,
    after: '</body></html>',
  };
}

/** For a person who opens the service itself: a page that shows the fragment with its stylesheets, and who it is. */
export function standaloneFrame(
  { name, version, team = name }: Fragment,
  head: FragmentHead | string | undefined,
  stylesheets: readonly string[],
): Frame {
  const title = typeof head === 'object' && head.title !== undefined ? head.title : undefined;
  const ownTitle = title === undefined && !/<title[\s>]/i.test(String(head ?? ''));
  const links = stylesheets.map((href) => voidTag('link', { rel: 'stylesheet', href }));
  return {
    before:
      `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
      `<meta name="viewport" content="width=device-width">` +
      `${ownTitle ? `<title>${escapeHtml(name)} ${escapeHtml(version)}</title>` : ''}` +
      `${headHtml(head ?? '')}${links.join('')}` +
      `<style>body{margin:0 auto;max-width:72rem;padding:1rem;font-family:system-ui,sans-serif}` +
      `body>footer{margin-top:2rem;border-top:1px solid #ccc;padding-top:.5rem;color:#555}</style></head>` +
      `<body><fragment-slot name="${name}" state="ready" style="display:contents">`,
    after:
      `</fragment-slot><footer>Fragment ${escapeHtml(name)} ${escapeHtml(version)}, team ${escapeHtml(team)}, ` +
      `on its own: server HTML and styles, without the shell that starts widgets. ` +
      `<a href="/${name}/fragment.json">Manifest</a></footer></body></html>`,
  };
}
