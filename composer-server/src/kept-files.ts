import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';

/** The bytes of files that are asked for often, as long as the files are as they were. */
export class KeptFiles {
  readonly #files: LRUCache<string, { readonly tag: string; readonly bytes: Buffer }>;

  constructor(maxBytes: number) {
    this.#files = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }, file) => bytes.length + file.length + 200,
    });
  }

  /** `tag` is the file's own, as it is by now. */
  async read(file: string, tag: string): Promise<Buffer> {
    const kept = this.#files.get(file);
    if (kept?.tag === tag) return kept.bytes;
    const bytes = await readFile(file);
    this.#files.set(file, { tag, bytes });
    return bytes;
  }
}

/** The entity tag of a file as `send` makes it, so that a browser has the same file however it came. */
export function fileTag({ size, mtime }: Pick<Stats, 'size' | 'mtime'>): string {
  return `W/"${size.toString(16)}-${mtime.getTime().toString(16)}"`;
}
