import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fragment } from './define.ts';
import { buildMissing, fileMissing } from './errors.ts';
import type { RemoteBuild } from './remote-build.ts';

/** What a fragment has on disk, read once at start. */
export interface FragmentFiles {
  /** The folder whose files the build named by their content. */
  readonly built: string | undefined;
  /** The folder whose files have names of their own. */
  readonly plain: string | undefined;
  /** Stylesheets without a build: name below `assets/` → text. */
  readonly styles: ReadonlyMap<string, string>;
  readonly remote: RemoteBuild | undefined;
}

/** Reads build and styles; throws a CompositionError that names what is missing. */
export async function readFragmentFiles(fragment: Fragment): Promise<FragmentFiles> {
  const { name, build, styles = [], assets } = fragment;
  const plain = assets && fileURLToPath(assets);
  if (plain !== undefined) {
    const found = await stat(plain).catch((cause: unknown) => {
      throw fileMissing(name, 'assets', plain, cause);
    });
    if (!found.isDirectory()) throw fileMissing(name, 'assets', plain, 'not a folder');
  }
  const client = build && join(fileURLToPath(build), 'client');
  return {
    built: client && join(client, 'assets'),
    plain,
    styles: new Map(await Promise.all([styles].flat().map((url) => readStyle(name, url)))),
    remote: client === undefined ? undefined : await readRemoteBuild(name, client),
  };
}

async function readRemoteBuild(fragment: string, client: string): Promise<RemoteBuild> {
  const file = join(client, 'remote.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RemoteBuild;
  } catch (cause) {
    throw buildMissing(fragment, file, cause);
  }
}

async function readStyle(fragment: string, url: URL): Promise<[name: string, text: string]> {
  const file = fileURLToPath(url);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw fileMissing(fragment, 'styles', file, cause);
  });
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 8);
  return [`${basename(file, extname(file))}-${hash}.css`, text];
}
