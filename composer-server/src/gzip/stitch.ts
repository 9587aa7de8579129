import { crc32 } from 'node:zlib';
import { type Encoder, joined, type Piece } from '../piece.ts';
import { type Block, type Blocks, deflate } from './blocks.ts';
import { joinCrc } from './crc.ts';
import { runsOf } from './runs.ts';

/** No name, no time, from any system (RFC 1952 §2.3). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty block that says that it is the last (RFC 1951 §3.2.6). */
const LAST_BLOCK = Buffer.from([3, 0]);
/** Of an unknown run, smaller pieces are not looked for on their own. */
const MIN_PIECE_BYTES = 1024;

/**
 * One gzip member made of deflate blocks: known ones are taken as they are, their checksums joined, and only what is new is
 * deflated, at once and quickly, all that is ready together. A secret piece shares a block with nobody.
 */
export function gzipStitcher(blocks: Blocks): Encoder {
  let out: Buffer[] = [HEADER];
  let crc = 0;
  let length = 0;

  const append = (block: Block) => {
    crc = joinCrc(crc, block.crc, block.operator);
    length += block.length;
    out.push(block.deflated);
  };
  const fresh = (pieces: readonly Piece[]) => {
    if (pieces.length === 0) return;
    const bytes = joined(pieces);
    crc = crc32(bytes, crc);
    length += bytes.length;
    out.push(deflate(bytes, 1));
  };
  const kept = (run: readonly Piece[]) => {
    const block = blocks.find(run);
    if (block) return append(block);
    let unknown: Piece[] = [];
    for (const piece of run) {
      const alone = run.length > 1 && piece.bytes.length >= MIN_PIECE_BYTES;
      const known = alone ? blocks.find([piece]) : undefined;
      if (!known) unknown.push(piece);
      else {
        fresh(unknown);
        unknown = [];
        append(known);
      }
    }
    fresh(unknown);
  };

  return (pieces, last) => {
    for (const { kind, pieces: run } of runsOf(pieces)) {
      // A secret run has one piece only.
      if (kind === 'own' || !run[0]?.kept) fresh(run);
      else kept(run);
    }
    if (last) out.push(LAST_BLOCK, trailer(crc, length));
    const bytes = Buffer.concat(out);
    out = [];
    return bytes;
  };
}

function trailer(crc: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(crc, 0);
  bytes.writeUInt32LE(length % 2 ** 32, 4);
  return bytes;
}
