import { stat } from 'node:fs/promises';

/** How often the files are looked at, in milliseconds. */
const INTERVAL_MS = 300;

/**
 * Calls `changed` after any of the files was written, replaced, removed or made, one call at a time, until the returned
 * function is called. It looks at the files instead of listening: watchers lose files that are replaced by renaming.
 */
export function watchFiles(
  files: () => readonly string[],
  changed: () => Promise<void>,
): () => void {
  let seen: string | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const found = await describeFiles(files());
    if (seen !== undefined && found !== seen && !stopped) await changed();
    seen = found;
    if (!stopped) timer = setTimeout(look, INTERVAL_MS).unref();
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function describeFiles(files: readonly string[]): Promise<string> {
  const found = await Promise.all(
    files.map(async (file) => {
      const at = await stat(file).catch(() => undefined);
      return at ? `${file} ${at.ino} ${at.size} ${at.mtimeMs}` : file;
    }),
  );
  return found.join('\n');
}
