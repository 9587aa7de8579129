import { watch } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from '../../tools/build.ts';
import type { Part, Shop } from './shop.ts';

/** What is built and started again when a file below a folder changes. */
interface Watched {
  readonly folder: string;
  /** Packages to build, relative to the workspace; undefined for all. */
  readonly build: readonly string[] | undefined;
  readonly restart: readonly Part[];
}

/**
 * Rebuilds and restarts what a changed source belongs to, until `signal` aborts. Templates and configuration are not
 * among it: the composer takes them up by itself.
 */
export function watchSources(
  root: string,
  { services, composer }: Shop,
  signal: AbortSignal,
): void {
  const everything = [...Object.values(services), composer];
  const watched: Watched[] = [
    ...Object.entries(services).map(([name, service]) => ({
      folder: `fragments/${name}`,
      build: [`fragments/${name}`],
      restart: [service],
    })),
    { folder: 'shell/src', build: ['shell'], restart: [composer] },
    { folder: 'composer-server/src', build: [], restart: [composer] },
    { folder: 'fragment-kit/src', build: undefined, restart: everything },
    { folder: 'contract/src', build: undefined, restart: everything },
  ];
  // One after the other: two builds of one package would write into the same folder.
  let running = Promise.resolve();
  for (const { folder, build, restart } of watched) {
    let timer: NodeJS.Timeout | undefined;
    watch(join(root, folder), { recursive: true, signal }, (_event, file) => {
      if (!file || /(^|\/)(dist|node_modules|\.[^/]*)(\/|$)|\.sqlite|\.test\.ts$/.test(file))
        return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        running = running.then(() => refresh(`${folder}/${file}`, build, restart));
      }, 150);
    });
  }
  console.log('Watching the sources of all parts.');
}

async function refresh(
  changed: string,
  build: readonly string[] | undefined,
  restart: readonly Part[],
): Promise<void> {
  const started = performance.now();
  try {
    await buildAll(build ? { only: build } : {});
    await Promise.all(
      restart.map(async (part) => {
        await part.stop();
        await part.start();
      }),
    );
    console.log(`${changed} changed: ready after ${Math.round(performance.now() - started)} ms.`);
  } catch (error) {
    console.error(`${changed} changed, but: ${error instanceof Error ? error.message : error}`);
  }
}
