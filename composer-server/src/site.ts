import { type ComposerOptions, type ConfigOrigin, resolveConfig } from './config.ts';
import type { Log } from './log.ts';
import type { DataPageOptions } from './page-config.ts';
import { Registry } from './registry.ts';
import { createRouter, type RouteMatch } from './routes.ts';
import { loadShellBuild, type ShellBuild } from './shell-build.ts';
import { loadTemplates, type Page, type Templates } from './template-store.ts';

/** Everything that one configuration leads to; a reload replaces it as a whole. */
export interface Site {
  readonly options: ComposerOptions;
  readonly templates: Templates;
  readonly route: (path: string) => RouteMatch<Page | DataPageOptions> | undefined;
  readonly shell: ShellBuild | undefined;
  readonly registry: Registry;
}

/** Checks a configuration, compiles its templates, fetches its manifests; throws the first mistake found. `before` as in Registry. */
export async function loadSite(
  config: unknown,
  origin: ConfigOrigin,
  log: Log,
  before?: Registry,
): Promise<Site> {
  const options = resolveConfig(config, origin);
  const shell = options.shell === undefined ? undefined : await loadShellBuild(options.shell);
  const compiled = await compileSite(options);
  const registry = new Registry(options.fragments.values(), log, before);
  try {
    await registry.start();
  } catch (error) {
    await registry.close();
    throw error;
  }
  return { options, shell, registry, ...compiled };
}

/** What follows from the templates alone. */
export async function compileSite(
  options: ComposerOptions,
): Promise<Pick<Site, 'templates' | 'route'>> {
  const templates = await loadTemplates(options);
  return { templates, route: createRouter([...templates.pages, ...options.dataPages]) };
}
