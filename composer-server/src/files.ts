import { stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { PageRequest, PageResponse } from './page.ts';
import { SHELL_PATH } from './shell-build.ts';
import type { Site } from './site.ts';

/** A name with a content hash of at least eight characters before its extension: it never changes its content. */
const HASHED = /[.-](?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** The file of the shell's build or of the site itself that a path names. */
export async function findFile(
  { options }: Site,
  path: string,
  { method }: PageRequest,
): Promise<PageResponse | undefined> {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (options.shell !== undefined && path.startsWith(SHELL_PATH)) {
    return fileResponse(options.shell, path.slice(SHELL_PATH.length));
  }
  for (const { prefix, root } of options.static) {
    const file = path.startsWith(prefix)
      ? await fileResponse(root, path.slice(prefix.length))
      : undefined;
    if (file) return file;
  }
  return undefined;
}

/**
 * A file below `root` as a response, or undefined where there is none. Hidden files are none. Hashed names are
 * immutable, others are revalidated.
 */
async function fileResponse(root: string, path: string): Promise<PageResponse | undefined> {
  const decoded = decodeURIComponent(path);
  const file = resolve(root, `./${decoded}`);
  if (!file.startsWith(root + sep) || decoded.split('/').some((segment) => segment.startsWith('.')))
    return undefined;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const control = HASHED.test(decoded) ? 'public, max-age=31536000, immutable' : 'public, no-cache';
  return { status: 200, headers: ['cache-control', control], body: { root, path } };
}
