import { stat } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import { preferredCoding } from './accept-encoding.ts';
import { isNotModified } from './cache/validation.ts';
import { CODINGS } from './codings.ts';
import { fileTag } from './kept-files.ts';
import type { PageRequest, PageResponse } from './page.ts';
import { compressAsset, MAX_COMPRESSED_BYTES } from './passthrough/compress-asset.ts';
import { SHELL_PATH } from './shell-build.ts';
import type { Site } from './site.ts';

/** A name with a content hash of at least eight characters before its extension: it never changes its content. */
const HASHED = /[.-](?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** Files that are sent compressed to who accepts it, by extension. */
const COMPRESSED_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** The file of the shell's build or of the site itself that a path names. */
export async function findFile(
  site: Site,
  path: string,
  request: PageRequest,
): Promise<PageResponse | undefined> {
  const { shell, static: folders } = site.options;
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  if (shell !== undefined && path.startsWith(SHELL_PATH)) {
    return fileResponse(site, request, shell, path.slice(SHELL_PATH.length));
  }
  for (const { prefix, root } of folders) {
    const file = path.startsWith(prefix)
      ? await fileResponse(site, request, root, path.slice(prefix.length))
      : undefined;
    if (file) return file;
  }
  return undefined;
}

/**
 * A file below `root` as a response, or undefined where there is none. Hidden files are none. Hashed names are
 * immutable, others are revalidated.
 */
async function fileResponse(
  { options, files, bodies }: Site,
  request: PageRequest,
  root: string,
  path: string,
): Promise<PageResponse | undefined> {
  const decoded = decodeURIComponent(path);
  const file = resolve(root, `./${decoded}`);
  if (!file.startsWith(root + sep) || decoded.split('/').some((segment) => segment.startsWith('.')))
    return undefined;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const control = HASHED.test(decoded) ? 'public, max-age=31536000, immutable' : 'public, no-cache';
  const type = COMPRESSED_TYPES[extname(file)];
  const plain = ['cache-control', control];
  if (!options.compression || type === undefined || found.size > MAX_COMPRESSED_BYTES)
    return { status: 200, headers: plain, body: { root, path } };

  const varied = [...plain, 'vary', 'accept-encoding'];
  const { 'accept-encoding': accepted, 'if-none-match': known, range } = request.headers;
  if (range !== undefined || !preferredCoding(accepted, CODINGS))
    return { status: 200, headers: varied, body: { root, path } };
  const etag = fileTag(found);
  const headers = [...varied, 'etag', etag, 'last-modified', found.mtime.toUTCString()];
  const condition = known === undefined ? [] : ['if-none-match', known];
  if (isNotModified({ status: 200, headers: { etag } }, condition, Date.now()))
    return { status: 304, headers, body: undefined };
  const whole = {
    status: 200,
    headers: [...headers, 'content-type', type],
    body: await files.read(file, etag),
  };
  return compressAsset(whole, request, bodies);
}
