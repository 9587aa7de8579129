import type { FragmentHead } from '@tessera/fragment';
import type { ProductProps } from './product-props.ts';

/** What a product page says to search engines and to those it is shared with. */
export function productHead({ product, pictures }: ProductProps): FragmentHead {
  const { sku, name, summary, material, stock, priceCents, variants } = product;
  const url = `/products/${sku}`;
  const image = `${pictures}${variants[0]?.picture}`;
  return {
    title: `${name} · Quill & Kettle`,
    meta: [
      { name: 'description', content: summary },
      { property: 'og:type', content: 'product' },
      { property: 'og:title', content: name },
      { property: 'og:description', content: summary },
      { property: 'og:url', content: url },
      { property: 'og:image', content: image },
    ],
    links: [{ rel: 'canonical', href: url }],
    jsonLd: {
      '@context': 'https://schema.org',
      '@type': 'Product',
      sku,
      name,
      description: summary,
      material,
      image,
      color: variants.map((variant) => variant.name),
      offers: {
        '@type': 'Offer',
        url,
        price: (priceCents / 100).toFixed(2),
        priceCurrency: 'EUR',
        availability: `https://schema.org/${stock > 0 ? 'InStock' : 'OutOfStock'}`,
      },
    },
  };
}
