import { watch } from 'node:fs';

/** Calls `changed` shortly after files below the folder changed, one call at a time, until the returned function is called. */
export function watchFolder(folder: string, changed: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const watcher = watch(folder, { recursive: true, persistent: false }, () => {
    clearTimeout(timer);
    // Editors write a file in several steps.
    timer = setTimeout(() => {
      running = running.then(changed);
    }, 50);
  });
  // A folder that goes away ends the watching, not the process.
  watcher.on('error', () => watcher.close());
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
