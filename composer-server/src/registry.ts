import {
  type CompositionError,
  type FragmentManifest,
  parseManifest,
  RESPONSE_HEADERS,
} from '@tessera/contract';
import type { FragmentOptions } from './config/fragment.ts';
import { contain } from './contain/contain.ts';
import { decodeBody } from './decode.ts';
import { cookieClaimedTwice, manifestInvalid, manifestUnreachable } from './errors.ts';
import { Guard } from './guard/guard.ts';
import { headerValue, type ResponseHeaders, USER_AGENT } from './headers.ts';
import type { Log } from './log.ts';
import { matchesPattern } from './pattern-matcher.ts';
import { RecurringHtml } from './recurring-html.ts';
import { Service } from './upstream/service.ts';
import type { UpstreamOutcome } from './upstream/whole-answer.ts';

/** A fragment as the registry knows it at one moment. */
export interface Fragment {
  readonly options: FragmentOptions;
  readonly service: Service;
  /** What stands before its service: breaker, line, retries. */
  readonly guard: Guard;
  /** Undefined until its service has answered once. */
  readonly manifest: FragmentManifest | undefined;
  /** Its last manifest of another version: stored HTML may still be of that one. */
  readonly previous: FragmentManifest | undefined;
  /** The fallback HTML that its manifest names, contained; kept warm. */
  readonly fallback: Buffer | undefined;
  /** Of all fragments. */
  readonly recurring: RecurringHtml;
}

/** What a registry may take over, and know of the process. */
export interface RegistryContext {
  readonly before?: Registry | undefined;
  /** How long our own event loop has stood still in all, in milliseconds. */
  readonly stalledMs?: () => number;
}

/** Why there is no manifest, where no error of the connection says it. */
const UNREADABLE: Readonly<Record<string, string>> = {
  'too-large': 'it is larger than 1 MiB',
  'headers-too-large': 'its headers are too large',
};

const MANIFEST_TIMEOUT_MS = 2000;
const RETRY_MS = 1000;
const DEFAULT_FRESH_MS = 60_000;
const MAX_MANIFEST_BYTES = 1024 * 1024;
/** Memory for what fragments answered last. */
const MAX_RECURRING_BYTES = 8 * 1024 * 1024;

/** Every manifest the composer knows, by fragment name, fetched at start and refreshed in the background. */
export class Registry {
  readonly #fragments = new Map<string, Fragment>();
  readonly #services = new Map<string, Service>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #fetchedAt = new Map<string, number>();
  /** What was last said of a fragment, so that a lasting problem is logged once. */
  readonly #problems = new Map<string, string>();
  readonly #log: Log;
  #started = false;
  #changes = 0;
  #closed = false;

  /** What `before` knows of the same services holds until they have answered this one. */
  constructor(
    configured: Iterable<FragmentOptions>,
    log: Log,
    { before, stalledMs = () => 0 }: RegistryContext = {},
  ) {
    this.#log = log;
    const fragments = [...configured];
    const recurring = new RecurringHtml(MAX_RECURRING_BYTES);
    const clock = { now: () => performance.now(), random: Math.random, stalledMs };
    for (const options of fragments) {
      const { origin } = options.base;
      const service = this.#services.get(origin) ?? openService(origin, fragments);
      this.#services.set(origin, service);
      const known = before?.get(options.name);
      const same = known?.options.base.href === options.base.href ? known : undefined;
      const manifest = options.manifest ?? same?.manifest;
      const { previous, fallback } = same ?? {};
      const guard = new Guard(options, clock);
      this.#fragments.set(options.name, {
        ...{ options, service, guard, manifest, previous, fallback, recurring },
      });
    }
  }

  /**
   * Fetches all manifests, each within 2 s. A service that is absent is asked again every second; a manifest that is
   * wrong throws MANIFEST_INVALID, two that claim one cookie COOKIE_CLAIMED_TWICE.
   */
  async start(): Promise<void> {
    const [mistake] = await this.check();
    if (mistake) throw mistake.error;
    this.#started = true;
    for (const { manifest } of this.#fragments.values())
      if (manifest) this.#warnAboutStars(manifest);
  }

  /** Fetches all manifests as start() does, and answers every mistake in them with its fragment's name. */
  async check(): Promise<{ readonly name: string; readonly error: CompositionError }[]> {
    const names = [...this.#fragments.keys()];
    const refreshed = await Promise.all(names.map((name) => this.#refresh(name)));
    const claims = names.map((name) => this.#claimedTwice(name, this.get(name)?.manifest));
    const errors = [...refreshed, ...claims];
    return errors.flatMap((error, i) =>
      error ? [{ name: names[i % names.length] ?? '', error }] : [],
    );
  }

  get(name: string): Fragment | undefined {
    return this.#fragments.get(name);
  }

  /** Every fragment that is configured. */
  all(): IterableIterator<Fragment> {
    return this.#fragments.values();
  }

  /** How often what is known of a fragment has changed. */
  get changes(): number {
    return this.#changes;
  }

  /** What is wrong with its manifest now, if anything is. */
  problemOf(name: string): string | undefined {
    return this.#problems.get(name);
  }

  /** Tells the registry which version answered: another than the manifest's makes it ask, at most once a second. */
  noticeVersion(name: string, headers: ResponseHeaders): void {
    const version = headerValue(headers, RESPONSE_HEADERS.version);
    const manifest = this.#fragments.get(name)?.manifest;
    if (!version || !manifest || version === manifest.version) return;
    if (performance.now() - (this.#fetchedAt.get(name) ?? 0) < 1000) return;
    void this.#refresh(name);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all([...this.#services.values()].map((service) => service.close()));
  }

  /** Asks for the manifest and plans the next time; answers the mistake in a manifest that is wrong. Never rejects. */
  async #refresh(name: string): Promise<CompositionError | undefined> {
    const fragment = this.#fragments.get(name);
    if (!fragment || this.#closed) return undefined;
    this.#fetchedAt.set(name, performance.now());
    if (fragment.options.manifest) {
      await this.#warmFallback(name);
      return undefined;
    }
    const url = new URL('fragment.json', fragment.options.base);
    const outcome = await this.#get(fragment, url, 'application/json');
    if (this.#closed) return undefined;
    const json = readJson(outcome);
    if (!json.ok) {
      const error = json.mistake
        ? manifestInvalid(name, url.href, [{ path: '(root)', expected: 'JSON', got: json.mistake }])
        : manifestUnreachable(name, url.href, json.reason);
      // start() throws a mistake, which is report enough.
      if (this.#started || !json.mistake) this.#note(name, error);
      this.#again(name, RETRY_MS);
      return json.mistake ? error : undefined;
    }
    const result = parseManifest(json.value, name, fragment.options.base.href, matchesPattern);
    if (!result.ok) {
      const error = manifestInvalid(name, url.href, result.problems);
      if (this.#started) this.#note(name, error);
      this.#again(name, RETRY_MS);
      return error;
    }
    this.#again(name, freshMs(json.headers));
    const clash = this.#claimedTwice(name, result.manifest);
    // At start both are let in: a clash there is a mistake that start() throws.
    if (clash && this.#started) {
      this.#note(name, clash);
      return undefined;
    }
    this.#problems.delete(name);
    const before = fragment.manifest;
    const isNew = before?.version !== result.manifest.version;
    const previous = isNew ? before : fragment.previous;
    this.#fragments.set(name, { ...fragment, manifest: result.manifest, previous });
    this.#changes++;
    if (isNew) {
      this.#log.info({ fragment: name, version: result.manifest.version }, 'manifest loaded');
    }
    await this.#warmFallback(name);
    return undefined;
  }

  async #warmFallback(name: string): Promise<void> {
    const fragment = this.#fragments.get(name);
    const path = fragment?.manifest?.fallback;
    if (!fragment || path === undefined) return;
    const outcome = await this.#get(fragment, new URL(path, fragment.options.base), 'text/html');
    if (outcome.kind !== 'response' || outcome.status !== 200) return;
    const html = decodeBody(outcome.headers, outcome.body, fragment.options.maxFragmentBytes);
    const contained = html.ok ? contain(html.bytes) : undefined;
    if (typeof contained !== 'object') return;
    const current = this.#fragments.get(name) ?? fragment;
    if (contained.repairs.length > 0 && !current.fallback?.equals(contained.html))
      this.#log.warn({ fragment: name, repairs: contained.repairs }, 'fallback repaired');
    this.#fragments.set(name, { ...current, fallback: contained.html });
    this.#changes++;
  }

  #get({ service, options }: Fragment, url: URL, accept: string): Promise<UpstreamOutcome> {
    return service.fetchWhole({
      method: 'GET',
      path: url.pathname + url.search,
      headers: [
        'accept',
        accept,
        'user-agent',
        USER_AGENT,
        'tessera-base',
        `/_fragments/${options.name}/`,
      ],
      timeoutMs: MANIFEST_TIMEOUT_MS,
      maxBytes: MAX_MANIFEST_BYTES,
      hold: undefined,
      signal: undefined,
    });
  }

  #again(name: string, afterMs: number): void {
    clearTimeout(this.#timers.get(name));
    // Spread out, so that the services of a site are not all asked in the same instant.
    const timer = setTimeout(() => void this.#refresh(name), afterMs * (0.9 + Math.random() * 0.2));
    timer.unref();
    this.#timers.set(name, timer);
  }

  /** The first cookie of a manifest that another fragment's manifest claims too. */
  #claimedTwice(
    name: string,
    manifest: FragmentManifest | undefined,
  ): CompositionError | undefined {
    for (const cookie of manifest?.setCookies ?? []) {
      for (const other of this.#fragments.values()) {
        if (other.options.name !== name && other.manifest?.setCookies.includes(cookie))
          return cookieClaimedTwice(cookie, other.options.name, name);
      }
    }
    return undefined;
  }

  #warnAboutStars({ name, forward }: FragmentManifest): void {
    for (const kind of ['headers', 'cookies'] as const) {
      if (forward[kind].includes('*')) {
        this.#log.warn(
          { fragment: name },
          `forward.${kind} is "*": every visitor's ${kind} go to this fragment`,
        );
      }
    }
  }

  #note(name: string, error: Error): void {
    if (this.#problems.get(name) === error.message) return;
    this.#problems.set(name, error.message);
    this.#log.error({ fragment: name, err: error }, error.message);
  }
}

/**
 * Fragments of one origin share its connections: as many as all of them may have under way together, so that none waits
 * for a place that another one's slow answers take.
 */
function openService(origin: string, fragments: readonly FragmentOptions[]): Service {
  const own = fragments.filter(({ base }) => base.origin === origin);
  return new Service(origin, {
    maxConcurrent: own.reduce((sum, { maxConcurrent }) => sum + maxConcurrent, 0),
    maxHeaderBytes: Math.max(...own.map(({ maxHeaderBytes }) => maxHeaderBytes)),
  });
}

type Json =
  | { ok: true; value: unknown; headers: ResponseHeaders }
  | { ok: false; reason: string; mistake?: string };

function readJson(outcome: UpstreamOutcome): Json {
  if (outcome.kind === 'response') {
    if (outcome.status !== 200) {
      return { ok: false, reason: `it answers with status ${outcome.status}` };
    }
    try {
      const text = outcome.body.toString('utf8').replace(/^\uFEFF/, '');
      return { ok: true, value: JSON.parse(text), headers: outcome.headers };
    } catch (error) {
      const mistake = error instanceof Error ? error.message : String(error);
      return { ok: false, reason: 'it answers no JSON', mistake };
    }
  }
  if (outcome.kind === 'timeout') {
    return { ok: false, reason: `it does not answer within ${MANIFEST_TIMEOUT_MS} ms` };
  }
  const reason =
    'cause' in outcome ? outcome.cause.message : (UNREADABLE[outcome.kind] ?? outcome.kind);
  return { ok: false, reason };
}

/** How long a manifest is good, from its `max-age` (RFC 9111 §5.2.2.1), between 1 s and 1 h. */
function freshMs(headers: ResponseHeaders): number {
  const control = headerValue(headers, 'cache-control') ?? '';
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/i.exec(control)?.[1];
  if (maxAge === undefined) return DEFAULT_FRESH_MS;
  return Math.min(Math.max(Number(maxAge) * 1000, 1000), 3_600_000);
}
