import { DatabaseSync } from 'node:sqlite';
import type { Product, Variant } from './product.ts';
import { seedCatalogue } from './seed-catalogue.ts';

/** The team's products and their pictures, in one SQLite file. */
export interface Catalogue extends Disposable {
  find(sku: string): Product | undefined;
  /**
   * Products of which every word of `query` occurs in name, kind, shelf, summary or description; those that have it
   * in their name or kind come first. An empty query finds all, shelf by shelf.
   */
  search(query: string): Product[];
  /** The file name of the home page's picture. */
  readonly stillLife: string;
  /** The SVG of `Variant.picture` or `stillLife`. */
  picture(file: string): string | undefined;
}

/** Opens the catalogue, and fills it first when it is new or of another edition. `:memory:` keeps it off the disk. */
export function openCatalogue(file: string): Catalogue {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  seedCatalogue(db);
  const productBySku = db.prepare('SELECT * FROM products WHERE sku = ?');
  const allProducts = db.prepare('SELECT * FROM products ORDER BY position');
  const variantsOf = db.prepare(
    'SELECT id, name, colour, picture FROM variants WHERE sku = ? ORDER BY position',
  );
  const pictureByFile = db.prepare('SELECT svg FROM pictures WHERE file = ?');

  const stillLife = db.prepare("SELECT file FROM pictures WHERE file LIKE 'still-life-%'").get();

  const toProduct = (row: Row): Product => {
    const { position: _, words: __, ...product } = row;
    const variants = variantsOf.all(row.sku) as unknown as Variant[];
    return { ...product, variants: variants.map((variant) => ({ ...variant })) };
  };

  return {
    find(sku) {
      const row = productBySku.get(sku) as Row | undefined;
      return row && toProduct(row);
    },
    search(query) {
      const words = wordsOf(query);
      const rows = allProducts.all() as unknown as Row[];
      const found = rows.filter((row) => words.every((word) => row.words.includes(word)));
      const inTitle = (row: Row) => {
        const title = `${row.name} ${row.kind}`.toLowerCase();
        return words.every((word) => title.includes(word));
      };
      const { first = [], then = [] } = Object.groupBy(found, (row) =>
        inTitle(row) ? 'first' : 'then',
      );
      return [...first, ...then].map(toProduct);
    },
    stillLife: String(stillLife?.file),
    picture(file) {
      return (pictureByFile.get(file) as { svg: string } | undefined)?.svg;
    },
    [Symbol.dispose]() {
      db.close();
    },
  };
}

type Row = Omit<Product, 'variants'> & { position: number; words: string };

/** The words to look for. A plural finds the singular: "mugs" looks for "mug". */
function wordsOf(query: string): string[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, '') : word));
}
