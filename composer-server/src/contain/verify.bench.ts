import { parseFragment } from 'parse5';
import { expect, test } from 'vitest';
import { isWellFormed } from './verify.ts';

const card = (n: number) =>
  `<li class="card"><a href="/products/mug-${n}"><img src="/_fragments/recommendations/assets/mug-${n}.webp" alt="Mug ${n}" width="240" height="180" loading="lazy"/><h3>Mug <!-- -->${n}</h3><p class="price"><data value="12.50">12.50 €</data></p></a><form method="post" action="/_fragments/cart/add"><input type="hidden" name="sku" value="mug-${n}"><button type="submit">Add to cart</button></form></li>`;
const item = (n: number) => ({
  sku: `mug-${n}`,
  name: `Mug ${n}`,
  price: 12.5 + n,
  href: `/products/mug-${n}`,
  image: `/_fragments/recommendations/assets/mug-${n}.webp`,
  tags: ['mug', 'kitchen'],
});

test('4 KB of typical HTML, beside JSON.parse of 4 KB and beside parse5', async ({ bench }) => {
  const text = `<section><h2>You may like</h2><ul>${Array.from({ length: 11 }, (_, n) => card(n)).join('')}</ul></section>`;
  const html = Buffer.from(text);
  const json = JSON.stringify(Array.from({ length: 28 }, (_, n) => item(n)));
  expect([html.length >> 8, json.length >> 8]).toEqual([16, 16]);
  expect(isWellFormed(html)).toBe(true);
  const result = await bench.compare(
    bench('isWellFormed', () => void isWellFormed(html)),
    bench('JSON.parse', () => void JSON.parse(json)),
    bench('parse5', () => void parseFragment(text)),
  );
  expect(result.get('isWellFormed').latency.p50).toBeLessThan(result.get('JSON.parse').latency.p50);
});
