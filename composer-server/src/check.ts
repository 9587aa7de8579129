import { CompositionError, type FragmentManifest } from '@tessera/contract';
import { type ComposerOptions, type ConfigOrigin, resolveConfig } from './config.ts';
import { slotParamMissing } from './errors.ts';
import { createLog } from './log.ts';
import { Registry } from './registry.ts';
import { loadShellBuild } from './shell-build.ts';
import { loadTemplates, type Page } from './template-store.ts';

/** What `tessera check` found. */
export interface CheckResult {
  /** Every mistake that one look can tell, in the order of configuration, templates, manifests. */
  readonly findings: readonly CompositionError[];
  readonly pages: number;
  readonly fragments: number;
  /** Names of fragments whose services did not answer: their manifests are not checked. */
  readonly unreachable: readonly string[];
}

/** Options that are lists of independent entries, each checked alone. */
const BY_ENTRY = ['fragments', 'pages', 'static', 'errorPage'];

/** Checks a configuration, its templates and the manifests that can be had, without listening. Each part is checked alone. */
export async function checkSite(config: unknown, from: ConfigOrigin): Promise<CheckResult> {
  const findings = new Map<string, CompositionError>();
  const attempt = async <T>(check: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof CompositionError)) throw error;
      findings.set(error.message, error);
      return undefined;
    }
  };

  const sound = await soundOptions(config, (part) => attempt(() => resolveConfig(part, from)));
  const options = await attempt(() => resolveConfig(sound, from));
  if (!options)
    return { findings: [...findings.values()], pages: 0, fragments: 0, unreachable: [] };
  const { shell } = options;
  if (shell !== undefined) await attempt(() => loadShellBuild(shell));
  const pages = await soundPages(options, attempt);

  const registry = new Registry(options.fragments.values(), createLog('silent'));
  for (const error of await registry.check()) findings.set(error.message, error);
  const manifests = new Map([...registry.all()].map((one) => [one.options.name, one.manifest]));
  await registry.close();
  for (const error of pages.flatMap((page) => missingParams(page, manifests)))
    findings.set(error.message, error);
  return {
    findings: [...findings.values()],
    pages: options.pages.length + options.dataPages.length,
    fragments: manifests.size,
    unreachable: [...manifests.keys()].filter((name) => !manifests.get(name)),
  };
}

/** The configuration without what is wrong in it; fragments that are wrong stay as names that templates may use. */
async function soundOptions(
  config: unknown,
  attempt: (part: object) => Promise<ComposerOptions | undefined>,
): Promise<unknown> {
  const given = record(config);
  if (!given) return config;
  const names = Object.keys(record(given.fragments) ?? {});
  const fragments = Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1/']));
  const sound: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const byName = BY_ENTRY.includes(key) ? record(value) : undefined;
    if (!byName) {
      if (await attempt({ [key]: value })) sound[key] = value;
      continue;
    }
    const entries: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(byName)) {
      const part = { [key]: { [name]: entry } };
      if (await attempt(key === 'pages' ? { fragments, ...part } : part)) entries[name] = entry;
    }
    sound[key] = key === 'fragments' ? { ...fragments, ...entries } : entries;
  }
  return sound;
}

function record(value: unknown): Record<string, unknown> | undefined {
  const is = typeof value === 'object' && value !== null && !Array.isArray(value);
  return is ? (value as Record<string, unknown>) : undefined;
}

/** The pages whose templates compile. */
async function soundPages(
  options: ComposerOptions,
  attempt: <T>(check: () => Promise<T>) => Promise<T | undefined>,
): Promise<Page[]> {
  const pages: Page[] = [];
  for (const page of options.pages) {
    const loaded = await attempt(() =>
      loadTemplates({ ...options, pages: [page], errorPages: new Map() }),
    );
    pages.push(...(loaded?.pages ?? []));
  }
  for (const entry of options.errorPages)
    await attempt(() => loadTemplates({ ...options, pages: [], errorPages: new Map([entry]) }));
  return pages;
}

/** Params that a fragment needs and that neither the slot nor its page's route gives: such a slot could only fail. */
function missingParams(
  { pattern, compiled }: Page,
  manifests: ReadonlyMap<string, FragmentManifest | undefined>,
): CompositionError[] {
  return compiled.slots.flatMap((slot) => {
    const { content, params = {} } = manifests.get(slot.name) ?? {};
    const needed = new Set([
      ...(content?.names ?? []).filter((name) => !(name in params)),
      ...Object.keys(params).filter((name) => params[name]?.default === undefined),
    ]);
    const given = [...pattern.names, ...slot.params.keys()];
    return [...needed]
      .filter((name) => !given.includes(name))
      .map((name) => slotParamMissing(pattern.source, slot.id, name));
  });
}
