/** A piece of a page, in the order in which it is sent. */
export interface Piece {
  readonly bytes: Buffer;
  /** The very same buffer comes again with other answers: what is made of it is worth keeping. */
  readonly kept: boolean;
  /**
   * It was asked for with a visitor's cookie or authorization. Compressed together with what somebody else can choose, its
   * size would tell what is in it (BREACH).
   */
  readonly secret: boolean;
}

/** A piece that comes with many pages, such as every page of its template. */
export function keptPiece(html: string | Buffer): Piece {
  return { bytes: typeof html === 'string' ? Buffer.from(html) : html, kept: true, secret: false };
}

/** A piece that was made for this page alone. */
export function ownPiece(html: string | Buffer): Piece {
  return { bytes: typeof html === 'string' ? Buffer.from(html) : html, kept: false, secret: false };
}

/** Turns pieces into the bytes that are sent: all that is ready at one time at once; after the `last` nothing comes. */
export type Encoder = (pieces: readonly Piece[], last: boolean) => Buffer;

export function joined(pieces: readonly Piece[]): Buffer {
  return pieces.length === 1 && pieces[0]
    ? pieces[0].bytes
    : Buffer.concat(pieces.map(({ bytes }) => bytes));
}
