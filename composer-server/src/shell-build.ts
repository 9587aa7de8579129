import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TESSERA_PATH } from '@tessera/contract';
import { shellUnreadable } from './errors.ts';
import { jsonInHtml } from './json-in-html.ts';

/** Where the shell's build is served. */
export const SHELL_PATH = `${TESSERA_PATH}shell/`;

/** The files of the shell's build that pages name, as URLs. */
export interface ShellBuild {
  readonly boot: string;
  /** What boot imports at once. */
  readonly bootImports: readonly string[];
  /** Bare specifier → URL: the modules that the page shares with remotes. */
  readonly imports: Readonly<Record<string, string>>;
  /** The view of `?tessera=inspect`, where the build has one. */
  readonly inspector: string | undefined;
  /** What tells about real visits, where the build has it. */
  readonly telemetry: string | undefined;
  /** What starts widgets, and all that it imports. */
  readonly runtime: readonly string[];
}

interface Chunk {
  readonly file: string;
  readonly name?: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
}

/** Reads a shell's Vite manifest: the entry `boot`, the dynamic chunk `federation`, and one entry per shared module. */
export async function loadShellBuild(folder: string): Promise<ShellBuild> {
  const chunks = await readManifest(folder);
  const all = Object.values(chunks);
  const url = ({ file }: Chunk) => SHELL_PATH + file;
  const closure = (chunk: Chunk, seen = new Set<Chunk>()): Set<Chunk> => {
    if (seen.has(chunk)) return seen;
    seen.add(chunk);
    for (const key of chunk.imports ?? []) {
      const imported = chunks[key];
      if (imported) closure(imported, seen);
    }
    return seen;
  };
  const boot = all.find(({ isEntry, name }) => isEntry && name === 'boot');
  const federation = all.find(({ name }) => name === 'federation');
  if (!boot) throw shellUnreadable(folder, 'its manifest has no entry "boot"');
  const inspector = all.find(({ isEntry, name }) => isEntry && name === 'inspector');
  const telemetry = all.find(({ isEntry, name }) => isEntry && name === 'telemetry');
  const own = [boot, federation, inspector, telemetry];
  const shared = all.filter((chunk) => chunk.isEntry && !own.includes(chunk));
  return {
    boot: url(boot),
    bootImports: [...closure(boot)].filter((chunk) => chunk !== boot).map(url),
    inspector: inspector && url(inspector),
    telemetry: telemetry && url(telemetry),
    imports: Object.fromEntries(shared.map((chunk) => [chunk.name ?? '', url(chunk)])),
    runtime: federation ? [...closure(federation)].map(url) : [],
  };
}

async function readManifest(folder: string): Promise<Record<string, Chunk>> {
  try {
    return JSON.parse(await readFile(join(folder, '.vite', 'manifest.json'), 'utf8'));
  } catch (error) {
    throw shellUnreadable(folder, error instanceof Error ? error.message : String(error));
  }
}

/** The text of the import map, the same on every page. */
export function importMap({ imports }: ShellBuild): string {
  return jsonInHtml({ imports });
}
