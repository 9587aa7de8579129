import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openCatalogue } from './catalogue.ts';

const skus = (products: readonly { sku: string }[]) => products.map(({ sku }) => sku);

test('the shop has at least 24 products, each with a price and a picture per colour', () => {
  using catalogue = openCatalogue(':memory:');
  const products = catalogue.search('');
  expect(products.length).toBeGreaterThanOrEqual(24);
  for (const { priceCents, variants } of products) {
    expect(priceCents).toBeGreaterThan(0);
    expect(variants.length).toBeGreaterThan(0);
    for (const { picture } of variants) expect(catalogue.picture(picture)).toContain('<svg');
  }
  expect(catalogue.picture(catalogue.stillLife)).toContain('<svg');
});

test('a search finds what has the word in its name or kind first, then where it is only mentioned', () => {
  using catalogue = openCatalogue(':memory:');
  expect(skus(catalogue.search('mug'))).toEqual([
    'mug-1',
    'enamel-mug',
    'tall-mug',
    'travel-mug',
    'pen-cup',
  ]);
});

test('a search does not mind case, plural, punctuation and the order of words', () => {
  using catalogue = openCatalogue(':memory:');
  expect(skus(catalogue.search('MUGS'))).toEqual(skus(catalogue.search('mug')));
  expect(skus(catalogue.search('mug, harbour!'))).toEqual(['mug-1']);
  expect(skus(catalogue.search('café'))).toEqual(['espresso-cup']);
});

test('every word has to occur', () => {
  using catalogue = openCatalogue(':memory:');
  expect(catalogue.search('mug lamp')).toEqual([]);
});

test('what means something to a database is only text here', () => {
  using catalogue = openCatalogue(':memory:');
  expect(catalogue.search(`"'; DROP TABLE products; --`)).toEqual([]);
  expect(skus(catalogue.search('% _'))).toEqual(skus(catalogue.search('')));
  expect(catalogue.find(`' OR 1=1 --`)).toBeUndefined();
});

test('a file of another edition is replaced, one of this edition is left alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
  const file = join(folder, 'product.sqlite');
  const rename = (name: string, edition?: number) => {
    using db = new DatabaseSync(file);
    db.prepare('UPDATE products SET name = ? WHERE sku = ?').run(name, 'mug-1');
    if (edition !== undefined) db.exec(`PRAGMA user_version = ${edition}`);
  };
  const nameNow = () => {
    using catalogue = openCatalogue(file);
    return catalogue.find('mug-1')?.name;
  };
  expect(nameNow()).toBe('Harbour Mug');
  rename('Changed by hand');
  expect(nameNow()).toBe('Changed by hand');
  rename('Old edition', 1);
  expect(nameNow()).toBe('Harbour Mug');
  await rm(folder, { recursive: true });
});
