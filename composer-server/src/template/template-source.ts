import type { Place } from '../errors.ts';

interface Piece {
  /** Where the piece starts in the joined text. */
  readonly start: number;
  readonly file: string;
  /** The whole text of its file, and where in it the piece starts. */
  readonly fileText: string;
  readonly fileStart: number;
}

/** A template's text, joined from ranges of files, that still knows where every character came from. */
export class TemplateSource {
  readonly text: string;
  readonly #pieces: readonly Piece[];

  private constructor(text: string, pieces: readonly Piece[]) {
    this.text = text;
    this.#pieces = pieces;
  }

  static ofFile(file: string, text: string): TemplateSource {
    return new TemplateSource(text, [{ start: 0, file, fileText: text, fileStart: 0 }]);
  }

  /** Joins ranges of sources, in order; offsets are UTF-16 units. */
  static join(
    ranges: readonly { source: TemplateSource; start: number; end: number }[],
  ): TemplateSource {
    let text = '';
    const pieces: Piece[] = [];
    for (const { source, start, end } of ranges) {
      if (start === end) continue;
      const piece = source.#pieceAt(start);
      pieces.push({
        ...piece,
        start: text.length,
        fileStart: piece.fileStart + start - piece.start,
      });
      text += source.text.slice(start, end);
    }
    return new TemplateSource(text, pieces);
  }

  /** Whether it comes from more than one range, as a page in its layout does. */
  get isJoined(): boolean {
    return this.#pieces.length > 1;
  }

  /** File, line and column of an offset, counted from 1. */
  place(offset: number): Place {
    const piece = this.#pieceAt(offset);
    const before = piece.fileText.slice(0, piece.fileStart + offset - piece.start).split('\n');
    return { file: piece.file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  #pieceAt(offset: number): Piece {
    const piece = this.#pieces.findLast(({ start }) => start <= offset);
    return piece ?? { start: 0, file: '(empty)', fileText: '', fileStart: 0 };
  }
}
