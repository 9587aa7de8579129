import { stat } from 'node:fs/promises';

/** How often the files are looked at, in milliseconds. */
const INTERVAL_MS = 300;

/** The clock of a file system may lag behind ours by this much, in milliseconds. */
const CLOCK_LAG_MS = 10;

/**
 * Calls `changed` after any of the files was written, replaced, removed or made, one call at a time, until the returned
 * function is called. It looks at the files instead of listening: watchers lose files that are replaced by renaming.
 * `since` is when they were about to be read, in milliseconds since 1970: what changed after that is not lost either.
 */
export function watchFiles(
  files: () => readonly string[],
  changed: () => Promise<void>,
  since = Date.now(),
): () => void {
  let seen: string | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const { description, changedAt } = await describeFiles(files());
    const isNew = seen === undefined ? changedAt > since - CLOCK_LAG_MS : description !== seen;
    if (isNew && !stopped) await changed();
    seen = description;
    if (!stopped) timer = setTimeout(look, INTERVAL_MS).unref();
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function describeFiles(files: readonly string[]) {
  let changedAt = 0;
  const found = await Promise.all(
    files.map(async (file) => {
      const at = await stat(file).catch(() => undefined);
      // Renaming a file changes its ctime, not its mtime.
      changedAt = Math.max(changedAt, at?.ctimeMs ?? 0);
      return at ? `${file} ${at.ino} ${at.size} ${at.mtimeMs}` : file;
    }),
  );
  return { description: found.join('\n'), changedAt };
}
