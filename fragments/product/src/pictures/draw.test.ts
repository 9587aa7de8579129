import { expect, test } from 'vitest';
import { COLOURS, PRODUCTS } from '../seed.ts';
import { drawPicture, drawStillLife } from './draw.ts';

const pictures = [
  ...PRODUCTS.map(({ sku, drawing, colours: [first = 'Clay'] }) => ({
    name: sku,
    svg: drawPicture(drawing, COLOURS[first]),
  })),
  { name: 'still life', svg: drawStillLife() },
];

test.for(pictures)('the picture of $name is well-formed XML without a lost number', ({ svg }) => {
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(wellFormed(svg)).toBe(true);
});

test.for(pictures)('the picture of $name uses only gradients that it defines', ({ svg }) => {
  const defined = new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(defined).toContain(id);
});

test('the same product gives the same bytes, another colour gives others', () => {
  expect(drawPicture('mug', '#c9764f')).toBe(drawPicture('mug', '#c9764f'));
  expect(drawPicture('mug', '#c9764f')).not.toBe(drawPicture('mug', '#5f7f78'));
});

/** Whether tags are balanced and attributes quoted and unique, which is all the XML that the pictures use. */
function wellFormed(xml: string): boolean {
  const open: string[] = [];
  const tag = /<(?:\/(\w+)|(\w+)((?: [\w:-]+="[^"<&]*")*)(\/?))>/g;
  for (const [, end, start, attributes = '', empty] of xml.matchAll(tag)) {
    if (end !== undefined && open.pop() !== end) return false;
    const names = [...attributes.matchAll(/ ([\w:-]+)=/g)].map(([, name]) => name);
    if (new Set(names).size !== names.length) return false;
    if (start !== undefined && !empty) open.push(start);
  }
  return open.length === 0 && !/[<>&]/.test(xml.replace(tag, ''));
}
