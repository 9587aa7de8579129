import { escapeHtml } from '@tessera/fragment';

const SHELVES = [
  { href: '/#coffee', name: 'Coffee & tea' },
  { href: '/#table', name: 'Kitchen' },
  { href: '/#home', name: 'Home' },
  { href: '/#desk', name: 'Desk' },
];

/** The header as HTML; `query` is what the visitor searched for. */
export function headerHtml(query: string): string {
  const shelves = SHELVES.map(
    ({ href, name }) => `<li><a href="${href}">${escapeHtml(name)}</a></li>`,
  );
  return `<header class="header">
<a class="header-logo" href="/" aria-label="Quill &amp; Kettle, home">${LOGO}<span>Quill <i>&amp;</i> Kettle</span></a>
<nav class="header-shelves" aria-label="Shelves"><ul>${shelves.join('')}</ul></nav>
<form class="header-search" role="search" action="/" method="get">
<label class="header-hidden" for="header-q">Search the shop</label>
<input id="header-q" type="search" name="q" value="${escapeHtml(query)}" placeholder="Mugs, lamps, paper…" autocomplete="off" maxlength="80">
<button type="submit" aria-label="Search">${GLASS}</button>
</form>
</header>`;
}

const LOGO =
  '<svg class="header-mark" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true"><circle cx="20" cy="20" r="20" fill="var(--colour-accent, #9a4a2b)"/>' +
  '<path d="M9 17h16v5a8 8 0 0 1-16 0zM25 18.5c4.5-.5 4.5 6-.8 6" fill="none" stroke="#fff" stroke-width="2.2" stroke-linejoin="round"/>' +
  '<path d="M15 13.5C16 9 22 6.5 31 6.5C29 12 25 14.5 19.5 14.2" fill="#fff" fill-opacity=".9"/></svg>';

const GLASS =
  '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><circle cx="8.5" cy="8.5" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8"/>' +
  '<path d="m12.8 12.8 4.7 4.7" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></svg>';
