import { access, readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { configUnreadable } from '../errors.ts';

/** A file as messages name it: from the current folder where it lies below that, else whole. */
export function fileName(file: string): string {
  const name = relative('', file);
  return name === '' || name.startsWith('..') ? file : name;
}

/** What a configuration file exports by default, or its JSON. Throws CONFIG_UNREADABLE, with the place where it is known. */
export async function readConfigFile(file: string): Promise<unknown> {
  try {
    await access(file);
  } catch {
    throw configUnreadable(fileName(file), 'there is no such file');
  }
  try {
    if (file.endsWith('.json'))
      return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
    // The query makes it a module of its own each time; else a reload would see the first one again.
    const module = await import(`${pathToFileURL(file).href}?t=${Date.now()}`);
    if (module.default !== undefined) return module.default;
  } catch (cause) {
    const { reason, at } = explain(cause, file);
    throw configUnreadable(at, reason, cause);
  }
  throw configUnreadable(fileName(file), 'it has no default export');
}

/** What is wrong and where, as far as the runtime tells. */
function explain(cause: unknown, file: string): { reason: string; at: string } {
  if (!(cause instanceof Error)) return { reason: String(cause), at: fileName(file) };
  const json = /^(.*?)(?: in JSON)? at position \d+ \(line (\d+) column (\d+)\)/.exec(
    cause.message,
  );
  if (json) return { reason: json[1] ?? '', at: `${fileName(file)}:${json[2]}:${json[3]}` };
  return { reason: cause.message, at: placeInStack(cause.stack ?? '') ?? fileName(file) };
}

/** `file:line:column` of the source line that Node shows above a syntax error, else of the first frame in a file. */
function placeInStack(stack: string): string | undefined {
  const shown = /^(\S+?)(?:\?t=\d+)?:(\d+)\n(?:.*\n)+?( *)\^/.exec(stack);
  if (shown?.[1]) {
    const source = shown[1].startsWith('file:') ? fileURLToPath(shown[1]) : shown[1];
    return `${fileName(source)}:${shown[2]}:${(shown[3]?.length ?? 0) + 1}`;
  }
  const frame = /^ +at .*?(file:\S+?)(?:\?t=\d+)?:(\d+):(\d+)\)?$/m.exec(stack);
  return frame?.[1] && `${fileName(fileURLToPath(frame[1]))}:${frame[2]}:${frame[3]}`;
}
