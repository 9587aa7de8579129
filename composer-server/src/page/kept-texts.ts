import { LRUCache } from 'lru-cache';
import { keptPiece, type Piece } from '../piece.ts';

/**
 * Texts that are made for each page and yet are mostly the same: equal ones share one piece, so that what is known of it,
 * its compressed form above all, is found again.
 */
export class KeptTexts {
  readonly #pieces: LRUCache<string, Piece>;

  constructor(maxBytes: number) {
    this.#pieces = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.ceil(maxBytes / 10),
      sizeCalculation: ({ bytes }, text) => 2 * text.length + bytes.length + 200,
    });
  }

  piece(text: string): Piece {
    const known = this.#pieces.get(text);
    if (known) return known;
    const piece = keptPiece(text);
    this.#pieces.set(text, piece);
    return piece;
  }
}
