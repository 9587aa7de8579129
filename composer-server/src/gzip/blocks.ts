import { constants, crc32, deflateRawSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { joined, type Piece } from '../piece.ts';
import { type CrcOperator, crcOperator } from './crc.ts';

/** Bytes as deflate blocks that end on a byte, so that others can follow (RFC 1951 §3.2.4). */
export interface Block {
  readonly deflated: Buffer;
  /** Of the bytes that are in it. */
  readonly length: number;
  readonly crc: number;
  readonly operator: CrcOperator;
}

/** Compressing more than this thoroughly would hold up everybody else for more than 10 ms. */
const MAX_THOROUGH_BYTES = 128 * 1024;

/** Deflates bytes for themselves: nothing in them refers to what came before. */
export function deflate(bytes: Buffer, level: 1 | 9): Buffer {
  return deflateRawSync(bytes, { level, finishFlush: constants.Z_SYNC_FLUSH });
}

/**
 * Pieces that come again, compressed: each run of neighbours that is seen for the second time is deflated once, as one, and
 * remembered within a bound; the run that was not used for longest goes first. A piece is known by its buffer.
 */
export class Blocks {
  readonly #ids = new WeakMap<Buffer, number>();
  readonly #runs: LRUCache<string, Block | 'seen'>;
  #count = 0;

  constructor(maxBytes: number) {
    this.#runs = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.ceil(maxBytes / 10),
      sizeCalculation: (block, key) =>
        2 * key.length + 200 + (block === 'seen' ? 0 : block.deflated.length),
    });
  }

  /** In use. */
  get bytes(): number {
    return this.#runs.calculatedSize;
  }

  /** The run as a block; undefined when it is seen for the first time. */
  find(run: readonly Piece[]): Block | undefined {
    let key = '';
    for (const { bytes } of run) key += `${this.#id(bytes)} `;
    const known = this.#runs.get(key);
    if (known !== undefined && known !== 'seen') return known;
    const block = known === 'seen' ? compress(joined(run)) : undefined;
    this.#runs.set(key, block ?? 'seen');
    return block;
  }

  #id(bytes: Buffer): number {
    let id = this.#ids.get(bytes);
    if (id === undefined) {
      id = ++this.#count;
      this.#ids.set(bytes, id);
    }
    return id;
  }
}

function compress(bytes: Buffer): Block {
  return {
    deflated: deflate(bytes, bytes.length > MAX_THOROUGH_BYTES ? 1 : 9),
    length: bytes.length,
    crc: crc32(bytes),
    operator: crcOperator(bytes.length),
  };
}
