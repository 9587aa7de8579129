import { CompositionError, type FragmentManifest } from '@tessera/contract';
import { type ComposerOptions, type ConfigOrigin, resolveConfig } from './config/config.ts';
import { slotParamMissing } from './errors.ts';
import { createLog } from './log.ts';
import { Registry } from './registry.ts';
import { loadShellBuild } from './shell-build.ts';
import type { Report } from './template/mistakes.ts';
import { loadTemplates, type Page } from './template/template-store.ts';

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
const BY_ENTRY = 'fragments pages static errorPage limits cache log overload admin'.split(' ');

/** In place of a fragment's own URL. */
const SOME_URL = 'http://127.0.0.1/';

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
  const pages = await soundPages(options, attempt, (mistake) => {
    findings.set(mistake.message, mistake);
  });

  const registry = new Registry(options.fragments.values(), createLog('silent'));
  const told = new Set<string>();
  for (const { name, error } of await registry.check()) {
    findings.set(error.message, error);
    told.add(name);
  }
  const manifests = new Map([...registry.all()].map((one) => [one.options.name, one.manifest]));
  await registry.close();
  for (const error of pages.flatMap((page) => missingParams(page, manifests)))
    findings.set(error.message, error);
  return {
    findings: [...findings.values()],
    pages: options.pages.length + options.dataPages.length,
    fragments: manifests.size,
    unreachable: [...options.fragments.values()]
      .filter(({ name, base }) => !manifests.get(name) && !told.has(name) && base.href !== SOME_URL)
      .map(({ name }) => name),
  };
}

/** The configuration without what is wrong in it; fragments that are wrong stay as names that templates may use. */
async function soundOptions(
  config: unknown,
  attempt: (part: object) => Promise<ComposerOptions | undefined>,
): Promise<unknown> {
  const given = record(config);
  if (!given) return config;
  const fragments: Record<string, unknown> = {};
  for (const name of Object.keys(record(given.fragments) ?? {}))
    if (await attempt({ fragments: { [name]: SOME_URL } })) fragments[name] = SOME_URL;
  const sound: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const byName = BY_ENTRY.includes(key) ? record(value) : undefined;
    if (!byName) {
      if (await attempt({ [key]: value })) sound[key] = value;
      continue;
    }
    const entries: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(byName)) {
      if (key === 'fragments' && !(name in fragments)) continue;
      // Routes must not take each other's paths.
      const part =
        key === 'pages'
          ? { fragments, pages: { ...entries, [name]: entry } }
          : { [key]: { [name]: entry } };
      if (await attempt(part)) entries[name] = entry;
      else if (key === 'fragments') await eachOption(name, record(entry), attempt);
    }
    sound[key] = key === 'fragments' ? { ...fragments, ...entries } : entries;
  }
  return sound;
}

/** What else is wrong with a fragment, option by option. */
async function eachOption(
  name: string,
  options: Record<string, unknown> | undefined,
  attempt: (part: object) => Promise<unknown>,
): Promise<void> {
  for (const [key, value] of Object.entries(options ?? {}))
    await attempt({ fragments: { [name]: { url: SOME_URL, [key]: value } } });
}

function record(value: unknown): Record<string, unknown> | undefined {
  const is = typeof value === 'object' && value !== null && !Array.isArray(value);
  return is ? (value as Record<string, unknown>) : undefined;
}

/** The pages whose templates compile. */
async function soundPages(
  options: ComposerOptions,
  attempt: <T>(check: () => Promise<T>) => Promise<T | undefined>,
  report: Report,
): Promise<Page[]> {
  const pages: Page[] = [];
  for (const page of options.pages) {
    const loaded = await attempt(() =>
      loadTemplates({ ...options, pages: [page], errorPages: new Map() }, report),
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
