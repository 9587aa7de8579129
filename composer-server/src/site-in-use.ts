import type { ComposerConfig, ConfigOrigin } from './config/config.ts';
import { composerClosed } from './errors.ts';
import type { Log } from './log.ts';
import { logReloadFailure } from './observe.ts';
import type { Registry } from './registry.ts';
import { compileSite, loadSite, type Site, type SiteContext } from './site.ts';
import { templateFiles } from './template/template-store.ts';
import { watchFiles } from './watch.ts';

/** Options that a running server cannot change. */
const OF_START = ['port', 'host', 'workers'] as const;

type Context = Omit<SiteContext, 'before'>;

/**
 * The site that requests get, and its replacement by a new configuration or new templates. A request keeps the one that it
 * began with; of what is wrong nothing is taken.
 */
export class SiteInUse {
  readonly #origin: ConfigOrigin;
  readonly #log: Log;
  readonly #context: Context;
  #site: Site;
  /** Of earlier configurations, while requests may yet use their connections. */
  readonly #replaced = new Set<Registry>();
  /** One after the other: a slow older configuration, or its templates, must not win over a newer one. */
  #turn: Promise<unknown> = Promise.resolve();
  #stopWatching: () => void;
  #closed = false;

  private constructor(
    site: Site,
    origin: ConfigOrigin,
    log: Log,
    context: Context,
    readAt: number,
  ) {
    this.#site = site;
    this.#origin = origin;
    this.#log = log;
    this.#context = context;
    this.#stopWatching = this.#watchTemplates(readAt);
  }

  /** Throws a CompositionError for the first mistake. */
  static async load(
    config: ComposerConfig,
    origin: ConfigOrigin,
    log: Log,
    context: Context,
  ): Promise<SiteInUse> {
    const readAt = Date.now();
    const site = await loadSite(config, origin, log, context);
    return new SiteInUse(site, origin, log, context, readAt);
  }

  get current(): Site {
    return this.#site;
  }

  /** Takes a configuration, or what a function gives. Throws for a wrong one, and COMPOSER_CLOSED after `close()`. `listening`: a server is. */
  reload(next: unknown, listening: () => boolean): Promise<void> {
    return this.#inTurn(() => this.#reload(next, listening()));
  }

  /** Takes no further configuration; resolves once the last one is in use or refused. */
  async settle(): Promise<void> {
    this.#closed = true;
    this.#stopWatching();
    await this.#turn;
    this.#stopWatching();
  }

  /** Ends all connections to services. */
  async close(): Promise<void> {
    await this.settle();
    const { cache, registry } = this.#site;
    await Promise.all([cache, registry, ...this.#replaced].map((one) => one.close()));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(() => {
      if (this.#closed) throw composerClosed();
      return work();
    });
    this.#turn = done.catch(() => {});
    return done;
  }

  async #reload(next: unknown, listening: boolean): Promise<void> {
    const before = this.#site;
    const readAt = Date.now();
    try {
      const config = typeof next === 'function' ? await next() : next;
      this.#site = await loadSite(config, this.#origin, this.#log, { ...this.#context, before });
    } catch (error) {
      logReloadFailure(this.#log, 'configuration', error);
      throw error;
    }
    const { options } = this.#site;
    this.#stopWatching();
    this.#stopWatching = this.#watchTemplates(readAt);
    this.#log.level = options.log.level;
    this.#log.info('configuration reloaded');
    for (const option of OF_START) {
      if (!listening || options[option] === before.options[option]) continue;
      this.#log.warn(
        { option },
        `"${option}" has changed, which takes effect at the next start only`,
      );
    }
    this.#replaced.add(before.registry);
    setTimeout(() => {
      this.#replaced.delete(before.registry);
      void before.registry.close();
    }, before.options.drainMs).unref();
  }

  #watchTemplates(since: number): () => void {
    return watchFiles(
      () => templateFiles(this.#site.options),
      () => this.#inTurn(() => this.#reloadTemplates()).catch(() => {}),
      since,
    );
  }

  async #reloadTemplates(): Promise<void> {
    try {
      const compiled = await compileSite(this.#site.options);
      this.#site = { ...this.#site, ...compiled };
      this.#log.info('templates reloaded');
    } catch (error) {
      logReloadFailure(this.#log, 'templates', error);
    }
  }
}
