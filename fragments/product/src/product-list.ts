import { escapeHtml } from '@tessera/fragment';
import { formatPrice, type Product } from './product.ts';
import { CATEGORIES, type CategoryId } from './seed.ts';

/** What the list shows, and where its pictures are. */
export interface ProductList {
  /** What was searched for, trimmed; empty for the whole shop. */
  readonly query: string;
  readonly products: readonly Product[];
  /** The URL below which the pictures are. */
  readonly pictures: string;
  /** File name of the picture over the whole shop. */
  readonly stillLife: string;
}

/** The shop's shelves, or what a search found. */
export function productListHtml(list: ProductList): string {
  return list.query ? searchHtml(list) : shelvesHtml(list);
}

/** The page's title for the list. */
export function productListTitle({ query, products }: ProductList): string {
  return query
    ? `“${query}”: ${countText(products.length)} · Quill & Kettle`
    : 'Quill & Kettle: things for the table and the desk';
}

function searchHtml({ query, products, pictures }: ProductList): string {
  const heading = `<header class="list-heading"><h1>Results for “${escapeHtml(query)}”</h1>
<p>${countText(products.length)}. <a href="/">Show everything</a></p></header>`;
  return `<section class="list">${heading}${products.length ? cardsHtml(products, pictures, 2) : nothingHtml()}</section>`;
}

function nothingHtml(): string {
  const ideas = ['mug', 'notebook', 'lamp', 'vase', 'linen'];
  const links = ideas.map((idea) => `<li><a href="/?q=${idea}">${idea}</a></li>`).join('');
  return `<div class="list-empty"><p>Nothing in the shop is called that. Try a shorter word, or one of these:</p><ul>${links}</ul></div>`;
}

function shelvesHtml({ products, pictures, stillLife }: ProductList): string {
  const shelves = Object.entries(Object.groupBy(products, (product) => product.category));
  return `<section class="list">
<div class="list-hero"><div class="list-hero-text"><p class="list-kicker">${products.length} things, all in stock</p>
<h1>For slow breakfasts and long letters</h1>
<p>Stoneware, wood, linen and paper from eleven small workshops. Made to be used every day, and to look better for it.</p>
<p><a class="list-button" href="#coffee">Start with the mugs</a></p></div>
<img src="${escapeHtml(pictures + stillLife)}" alt="A teapot, a mug, books and a lamp on a table" width="1600" height="900" fetchpriority="high"></div>
${shelves.map(([id, items]) => shelfHtml(id as CategoryId, items, pictures)).join('\n')}
</section>`;
}

function shelfHtml(id: CategoryId, products: readonly Product[], pictures: string): string {
  return `<section class="list-shelf" id="${id}" aria-labelledby="${id}-heading">
<header class="list-heading"><h2 id="${id}-heading">${escapeHtml(CATEGORIES[id])}</h2><p>${countText(products.length)}</p></header>
${cardsHtml(products, pictures, 3)}</section>`;
}

function cardsHtml(products: readonly Product[], pictures: string, level: 2 | 3): string {
  return `<ul class="list-cards">${products.map((product) => cardHtml(product, pictures, level)).join('\n')}</ul>`;
}

function cardHtml(product: Product, pictures: string, level: 2 | 3): string {
  const { sku, name, summary, priceCents, variants } = product;
  const swatches = variants.map(({ colour }) => `<i style="background:${colour}"></i>`).join('');
  return `<li class="list-card"><a href="/products/${encodeURIComponent(sku)}">
<img src="${escapeHtml(`${pictures}${variants[0]?.picture}`)}" alt="" width="800" height="800" loading="lazy" decoding="async">
<h${level}>${escapeHtml(name)}</h${level}></a>
<p class="list-summary">${escapeHtml(summary)}</p>
<p class="list-price">${formatPrice(priceCents)}<span class="list-swatches" role="img" aria-label="${countText(variants.length, 'colour')}">${swatches}</span></p></li>`;
}

function countText(count: number, thing = 'product'): string {
  return `${count === 0 ? 'No' : count} ${thing}${count === 1 ? '' : 's'}`;
}
