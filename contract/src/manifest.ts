import { whyNotForwarded } from './forward.ts';
import { type ManifestProblem, ManifestReader } from './manifest-reader.ts';
import { isMountTrigger, MOUNT_TRIGGERS, type MountTrigger } from './mount-trigger.ts';
import type { ParamSpec } from './params.ts';
import { nativeMatcher, type PatternMatcher, paramRule, takesDefault } from './params.ts';
import type { PathPattern } from './path-pattern.ts';
import { parsePathPattern } from './path-pattern.ts';
import { PROTOCOL_VERSION } from './protocol.ts';
import { NAME_PATTERN } from './slot.ts';

/** An asset of a fragment: what a `<link>` needs. `href` is relative to the fragment's base. */
export interface FragmentAsset {
  readonly rel: 'stylesheet' | 'modulepreload' | 'preload';
  readonly href: string;
  readonly as?: string;
  readonly type?: string;
  readonly crossorigin?: string;
  readonly integrity?: string;
  readonly media?: string;
}

/** The browser half of a fragment. URLs are relative to the fragment's base. */
export interface FragmentRemote {
  readonly type: 'module-federation' | 'container';
  readonly entry: string;
  /** The exposed module, for example `./widget`. */
  readonly module: string;
  /** How long the shell waits for it, in milliseconds. Default 5000. */
  readonly timeoutMs: number;
  /** Every file that loading `module` needs. */
  readonly closure: { readonly js: readonly string[]; readonly css: readonly string[] };
  /**
   * What it takes from the page's import map, for example `react`, to be preloaded with it; none when it takes nothing.
   * Undefined: it does not say.
   */
  readonly shared: readonly string[] | undefined;
  /** When a slot mounts it unless the slot says otherwise. Default `none`. */
  readonly mount: MountTrigger;
}

/** What goes up from the visitor's request besides the composer's own headers. All empty by default. */
export interface ForwardPolicy {
  /** Header names in lower case; `*` means every end-to-end header. */
  readonly headers: readonly string[];
  /** Cookie names; `*` means all. */
  readonly cookies: readonly string[];
  /** Query names; `*` means all. */
  readonly query: readonly string[];
}

/** What a fragment says about itself: `GET <base>fragment.json`, parsed, with every default filled in. */
export interface FragmentManifest {
  readonly name: string;
  readonly version: string;
  readonly team: string;
  /** The path of its HTML; absent for a fragment that only has actions. */
  readonly content: PathPattern | undefined;
  /** The path of its fallback HTML. */
  readonly fallback: string | undefined;
  /** Paths that passthrough may reach besides content and assets. */
  readonly actions: readonly PathPattern[];
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** Total time for content in milliseconds, unless the slot says otherwise. Default 1000. */
  readonly timeoutMs: number;
  /** Time from the end of an action's request to its response's headers, then its idle time, in milliseconds. Default 15000. */
  readonly actionTimeoutMs: number;
  readonly forward: ForwardPolicy;
  /** Names of the cookies that it may set. */
  readonly setCookies: readonly string[];
  /** Foreign origins whose pages may call its actions. */
  readonly cors: readonly string[];
  readonly assets: readonly FragmentAsset[];
  readonly remote: FragmentRemote | undefined;
}

export type ManifestResult =
  | { ok: true; manifest: FragmentManifest }
  | { ok: false; problems: ManifestProblem[] };

/**
 * The one parser of manifests: JSON of any shape in, manifest or every mistake out. Never throws.
 *
 * `name` is the name under which the composer knows the fragment; a manifest may leave `name` and `protocol`
 * out, but must not contradict them. Keys that start with `x-` are a team's own; other unknown keys are mistakes.
 * URLs may be relative or absolute, but must stay below `base`, an absolute URL that ends with `/`; in the result all are
 * relative to it. `matches` decides which patterns of params there are; by default JavaScript does.
 */
export function parseManifest(
  json: unknown,
  name: string,
  base = 'http://fragment.invalid/',
  matches: PatternMatcher = nativeMatcher,
): ManifestResult {
  const problems: ManifestProblem[] = [];
  const read = new ManifestReader('', json, problems, base);
  read.only(
    'protocol name version team content fallback actions params timeoutMs actionTimeoutMs forward setCookies cors assets remote',
  );
  read.check('protocol', (v) => v === undefined || v === PROTOCOL_VERSION, `${PROTOCOL_VERSION}`);
  read.check(
    'name',
    (v) => v === undefined || v === name,
    `"${name}", the name it is registered under`,
  );
  const forward = read.object('forward');
  forward.only('headers cookies query');
  const manifest: FragmentManifest = {
    name,
    version: read.text('version', /^[\x21-\x7e]{1,100}$/, 'a version, for example "1.4.0"') ?? '',
    team: read.optionalText('team') ?? name,
    content: read.pattern('content', read.at('content')),
    fallback: readFallback(read),
    actions: read
      .list('actions')
      .flatMap((action, i) =>
        action === '*' ? '*rest' : (read.pattern(`actions[${i}]`, action, { query: false }) ?? []),
      )
      .map((action) =>
        typeof action === 'string' ? (parsePathPattern(action) as PathPattern) : action,
      ),
    params: readParams(read.object('params'), matches),
    timeoutMs: read.milliseconds('timeoutMs') ?? 1000,
    actionTimeoutMs: read.milliseconds('actionTimeoutMs') ?? 15_000,
    forward: {
      headers: readForwardedHeaders(forward),
      cookies: forward.names('cookies', /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
      query: forward.names('query', /^[^\s&=#]+$/),
    },
    setCookies: read.names('setCookies', /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
    cors: read.names('cors', /^https?:\/\/[^/\s]+$/),
    assets: read
      .list('assets')
      .flatMap((asset, i) => readAsset(new ManifestReader(`assets[${i}]`, asset, problems, base))),
    remote: read.at('remote') === undefined ? undefined : readRemote(read.object('remote')),
  };
  return problems.length ? { ok: false, problems } : { ok: true, manifest };
}

/** The fallback is fetched ahead, for all pages alike: it has no params. */
function readFallback(read: ManifestReader): string | undefined {
  const fallback = read.href('fallback', read.at('fallback'));
  if (fallback === undefined || !/(^|[/=])[:*]/.test(fallback)) return fallback;
  read.problem('fallback', 'a path without params: it is fetched once for all pages', fallback);
  return undefined;
}

function readForwardedHeaders(forward: ManifestReader): string[] {
  const headers = forward
    .names('headers', /^(\*|[!#$%&'*+.^_`|~0-9A-Za-z-]+)$/)
    .map((header) => header.toLowerCase());
  for (const header of headers) {
    const why = whyNotForwarded(header);
    if (why) forward.problem('headers', `without "${header}" (${why})`, forward.at('headers'));
  }
  return headers;
}

function readParams(read: ManifestReader, matches: PatternMatcher): Record<string, ParamSpec> {
  const params: Record<string, ParamSpec> = Object.create(null);
  for (const key of read.keys()) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key))
      read.problem(key, 'a name of letters, digits, "_" and "-"', key);
    const param = read.object(key);
    param.only('type pattern default');
    const type = param.at('type') ?? 'string';
    if (type !== 'string' && type !== 'integer' && type !== 'boolean') {
      param.problem('type', '"string", "integer" or "boolean"', type);
      continue;
    }
    const pattern = param.optionalText('pattern');
    if (pattern !== undefined && type !== 'string')
      param.problem('pattern', 'left out: it is for strings', pattern);
    else if (pattern !== undefined && !isPattern(pattern, matches))
      param.problem(
        'pattern',
        'a regular expression, without lookaround and back-references',
        pattern,
      );
    const spec: ParamSpec = { type, ...(isPattern(pattern, matches) ? { pattern } : {}) };
    const fallback = param.at('default');
    if (fallback === undefined) params[key] = spec;
    else if (takesDefault(spec, fallback, matches)) params[key] = { ...spec, default: fallback };
    else param.problem('default', paramRule(spec), fallback);
  }
  return params;
}

function isPattern(pattern: string | undefined, matches: PatternMatcher): pattern is string {
  if (pattern === undefined) return false;
  try {
    matches(pattern, '');
    return true;
  } catch {
    return false;
  }
}

function readAsset(read: ManifestReader): FragmentAsset[] {
  read.only('rel href as type crossorigin integrity media');
  const rel = read.at('rel');
  if (rel !== 'stylesheet' && rel !== 'modulepreload' && rel !== 'preload') {
    read.problem('rel', '"stylesheet", "modulepreload" or "preload"', rel);
    return [];
  }
  const href = read.href('href', read.at('href') ?? null);
  if (href === undefined) return [];
  const asset: Record<string, string> = { rel, href };
  for (const key of ['as', 'type', 'crossorigin', 'integrity', 'media']) {
    const value = read.optionalText(key);
    if (value !== undefined) asset[key] = value;
  }
  // Browsers ignore a preload that does not say what it is for.
  if (rel === 'preload' && !asset.as) {
    read.problem('as', 'given with rel="preload", for example "font"', read.at('as'));
  }
  return [asset as unknown as FragmentAsset];
}

function readRemote(read: ManifestReader): FragmentRemote {
  read.only('type entry module timeoutMs closure shared mount');
  const type = read.at('type') ?? 'module-federation';
  if (type !== 'module-federation' && type !== 'container') {
    read.problem('type', '"module-federation" or "container"', type);
  }
  const mount = read.at('mount') ?? 'none';
  const trigger = typeof mount === 'string' && isMountTrigger(mount) ? mount : undefined;
  if (!trigger) read.problem('mount', MOUNT_TRIGGERS, mount);
  const closure = read.object('closure');
  closure.only('js css');
  const files = (key: string) =>
    closure.list(key).flatMap((file, i) => closure.href(`${key}[${i}]`, file ?? null) ?? []);
  return {
    type: type === 'container' ? 'container' : 'module-federation',
    entry: read.href('entry', read.at('entry') ?? null) ?? '',
    module: read.text('module', /^\.\/.+$/, 'an exposed module, for example "./widget"') ?? '',
    timeoutMs: read.milliseconds('timeoutMs') ?? 5000,
    closure: { js: files('js'), css: files('css') },
    shared: read.at('shared') === undefined ? undefined : read.names('shared', /^[^\s'"<>]+$/),
    mount: trigger ?? 'none',
  };
}

/** Whether `name` may name a fragment. */
export function isFragmentName(name: string): boolean {
  return NAME_PATTERN.test(name);
}
