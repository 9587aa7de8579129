import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, keptPiece, ownPiece, type Piece } from '../piece.ts';
import { Blocks } from './blocks.ts';
import { crcOperator, joinCrc } from './crc.ts';
import { gzipStitcher } from './stitch.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.nat({ max: 70_000 }).map((size) => Buffer.alloc(size, 'so many reviews of so few mugs ')),
);

test('the checksum of joined parts follows from theirs', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const operator = crcOperator(b.length);
      expect(joinCrc(crc32(a), crc32(b), operator)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});

/** Some buffers that come again and again, and pages that are made of them. */
const pages = fc.array(bytes, { minLength: 1, maxLength: 6 }).chain((stored) =>
  fc
    .array(
      fc.array(
        fc.record({
          at: fc.nat({ max: stored.length - 1 }),
          kind: fc.nat({ max: 3 }),
          cut: fc.boolean(),
        }),
        { maxLength: 12 },
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((plans) => ({ stored: stored.map((one) => Buffer.from(one)), plans })),
);

test('whatever is stitched, in whatever pieces it is sent, decompresses to the page', () => {
  fc.assert(
    fc.property(pages, fc.constantFrom(500, 20_000, 10_000_000), ({ stored, plans }, maxBytes) => {
      const blocks = new Blocks(maxBytes);
      for (const plan of plans) {
        const encode = gzipStitcher(blocks);
        const sent: Buffer[] = [];
        const all: Piece[] = [];
        let ready: Piece[] = [];
        for (const { at, kind, cut } of plan) {
          const buffer = stored[at] ?? Buffer.alloc(0);
          const piece: Piece =
            kind === 0
              ? ownPiece(Buffer.from(buffer))
              : { bytes: buffer, kept: kind !== 3, secret: kind >= 2 };
          all.push(piece);
          ready.push(piece);
          if (!cut) continue;
          sent.push(encode(ready, false));
          ready = [];
        }
        sent.push(encode(ready, true));
        expect(gunzipSync(Buffer.concat(sent)).equals(joined(all))).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

const html = (n: number, size = 4096) =>
  Buffer.from(
    Array.from(
      { length: 200 },
      (_, i) =>
        `<li class="review">Visitor ${(i * 7919 + n * 104729) % 9973} says ${'mug lid tea cup'.slice(i % 7)}</li>`,
    )
      .join('')
      .slice(0, size),
  );
const encoded = (pieces: readonly Piece[], blocks: Blocks) => gzipStitcher(blocks)(pieces, true);

test('a page of kept pieces is as small as one that is compressed whole, once it has been seen', () => {
  const blocks = new Blocks(1_000_000);
  const pieces = Array.from({ length: 6 }, (_, n) => keptPiece(html(n)));
  const whole = gzipSync(joined(pieces), { level: 6 }).length;
  encoded(pieces, blocks);
  const warm = encoded(pieces, blocks);
  expect(warm.length).toBeLessThan(whole * 1.05);
  const fresh = ownPiece(html(9));
  const mixed = [...pieces.slice(0, 2), fresh, ...pieces.slice(2)];
  encoded(mixed, blocks);
  expect(encoded(mixed, blocks).length).toBeLessThan(
    gzipSync(joined(mixed), { level: 6 }).length * 1.2,
  );
});

test("a visitor's own fragment is compressed apart: a guess next to it tells nothing", () => {
  const secret = { bytes: Buffer.from('token=4f1c9d7be2a86053'), kept: false, secret: true };
  const size = (guess: string) =>
    encoded([ownPiece(guess), secret, ownPiece(guess)], new Blocks(1000)).length;
  expect(size('token=4f1c9d7be2a86053')).toBe(size('token=8a35f0d61b74c29e'));
  const kept = { ...secret, kept: true };
  const blocks = new Blocks(100_000);
  for (let time = 0; time < 3; time++)
    encoded([keptPiece(html(1)), kept, keptPiece(html(2))], blocks);
  expect(blocks.find([keptPiece(html(1)), kept])).toBe(undefined);
});

test('what is remembered stays within its bound', () => {
  const blocks = new Blocks(50_000);
  for (let n = 0; n < 500; n++) {
    const pieces = [keptPiece(html(n)), keptPiece(html(n + 1))];
    for (let time = 0; time < 3; time++)
      expect(gunzipSync(encoded(pieces, blocks)).length).toBe(8192);
  }
  expect(blocks.bytes).toBeLessThanOrEqual(50_000);
});
