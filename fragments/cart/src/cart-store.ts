import { createHash, randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { type Cart, type CartLine, cartOf, MAX_LINES } from './cart.ts';

/** Every visitor's cart in one SQLite file. Whoever knows a cart's id owns it, so ids are only stored as their hashes. */
export interface CartStore extends Disposable {
  /** Makes an empty cart and returns its id, which nobody can guess. */
  create(): string;
  /** Whether a cart with this id was made here, and not forgotten since. */
  has(id: string): boolean;
  /** The cart; an empty one for an id that is not known. */
  read(id: string | undefined): Cart;
  /**
   * Adds `line.quantity` to what there is of it, at most up to `line.maxQuantity`, and keeps its name and price as they
   * are now. One statement, so that parallel adds all count. Answers false when the cart is full.
   */
  add(id: string, line: CartLine): boolean;
  /** Changes how many there are of a line, at most to its `maxQuantity`; 0 removes it. A line that is not there stays so. */
  setQuantity(id: string, sku: string, colour: string, quantity: number): void;
}

/** How long a cart is kept after its last change. */
export const KEPT_DAYS = 90;

/** Opens the carts, and forgets those that nobody has touched for long. `:memory:` keeps them off the disk. */
export function openCarts(file: string, now: () => number = Date.now): CartStore {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS carts (key TEXT PRIMARY KEY, changedAt INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS carts_by_change ON carts (changedAt);
    CREATE TABLE IF NOT EXISTS lines (position INTEGER PRIMARY KEY,
      cart TEXT NOT NULL REFERENCES carts (key) ON DELETE CASCADE, sku TEXT NOT NULL, colour TEXT NOT NULL,
      name TEXT NOT NULL, colourName TEXT NOT NULL, priceCents INTEGER NOT NULL, picture TEXT NOT NULL,
      quantity INTEGER NOT NULL CHECK (quantity > 0), maxQuantity INTEGER NOT NULL, UNIQUE (cart, sku, colour));`);
  const insertCart = db.prepare('INSERT INTO carts VALUES (?, ?)');
  const selectCart = db.prepare('SELECT 1 FROM carts WHERE key = ?');
  const touchCart = db.prepare('UPDATE carts SET changedAt = ? WHERE key = ?');
  const forget = db.prepare('DELETE FROM carts WHERE changedAt < ?');
  const selectLines =
    db.prepare(`SELECT sku, colour, name, colourName, priceCents, picture, quantity, maxQuantity
    FROM lines WHERE cart = ? ORDER BY position`);
  const upsertLine =
    db.prepare(`INSERT INTO lines (cart, sku, colour, name, colourName, priceCents, picture, quantity, maxQuantity)
    SELECT :cart, :sku, :colour, :name, :colourName, :priceCents, :picture, min(:quantity, :maxQuantity), :maxQuantity
    WHERE (SELECT count(*) FROM lines WHERE cart = :cart AND NOT (sku = :sku AND colour = :colour)) < ${MAX_LINES}
    ON CONFLICT (cart, sku, colour) DO UPDATE SET quantity = min(quantity + :quantity, excluded.maxQuantity),
      maxQuantity = excluded.maxQuantity, name = excluded.name, colourName = excluded.colourName,
      priceCents = excluded.priceCents, picture = excluded.picture`);
  const updateLine = db.prepare(
    'UPDATE lines SET quantity = min(?, maxQuantity) WHERE cart = ? AND sku = ? AND colour = ?',
  );
  const deleteLine = db.prepare('DELETE FROM lines WHERE cart = ? AND sku = ? AND colour = ?');

  const touch = (key: string) => touchCart.run(now(), key);
  const forgetOld = () => forget.run(now() - KEPT_DAYS * 86_400_000);
  forgetOld();

  return {
    create() {
      forgetOld();
      const id = randomBytes(16).toString('base64url');
      insertCart.run(keyOf(id), now());
      return id;
    },
    has: (id) => selectCart.get(keyOf(id)) !== undefined,
    read(id) {
      const rows = id === undefined ? [] : selectLines.all(keyOf(id));
      return cartOf(rows.map((row) => ({ ...(row as unknown as CartLine) })));
    },
    add(id, line) {
      const cart = keyOf(id);
      touch(cart);
      return upsertLine.run({ cart, ...line }).changes > 0;
    },
    setQuantity(id, sku, colour, quantity) {
      const cart = keyOf(id);
      touch(cart);
      if (quantity === 0) deleteLine.run(cart, sku, colour);
      else updateLine.run(quantity, cart, sku, colour);
    },
    [Symbol.dispose]() {
      db.close();
    },
  };
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
