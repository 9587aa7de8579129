import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';

/** The codings that whole bodies are sent in, in our own order of preference: the smallest first. */
export const CODINGS = ['br', 'zstd', 'gzip'] as const;

export type Coding = (typeof CODINGS)[number];

/** Five is faster than gzip's nine and smaller; React, which is the most that a page has of ours, takes 8 ms. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 9 } };
const GZIP = { level: 9 };

const AT_ONCE: Readonly<Record<Coding, (body: Buffer) => Buffer>> = {
  br: (body) => brotliCompressSync(body, BROTLI),
  zstd: (body) => zstdCompressSync(body, ZSTD),
  gzip: (body) => gzipSync(body, GZIP),
};

const ASIDE: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, BROTLI),
  zstd: (body) => promisify(zstdCompress)(body, ZSTD),
  gzip: (body) => promisify(gzip)(body, GZIP),
};

/** Compresses at once, while everybody else waits. */
export function compressNow(body: Buffer, coding: Coding): Buffer {
  return AT_ONCE[coding](body);
}

/** Compresses off the event loop. */
export function compress(body: Buffer, coding: Coding): Promise<Buffer> {
  return ASIDE[coding](body);
}
