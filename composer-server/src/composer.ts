import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAGMENTS_PATH, TESSERA_PATH } from '@tessera/contract';
import { preferredCoding } from './accept-encoding.ts';
import { answerAdmin, isOperator, jsonAnswer } from './admin.ts';
import { type ComposerConfig, resolveConfig } from './config/config.ts';
import type { DataPageOptions } from './config/page.ts';
import { errorPage } from './error-page.ts';
import { composerClosed } from './errors.ts';
import { findFile } from './files.ts';
import { EventLoop } from './guard/event-loop.ts';
import { Blocks } from './gzip/blocks.ts';
import { gzipStitcher } from './gzip/stitch.ts';
import { createLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { type Observer, observePage } from './observe.ts';
import { type Admission, Overload } from './overload.ts';
import { assemble } from './page/assembled.ts';
import { answerAssembled, assembledKey } from './page/assembled-answer.ts';
import { answerData, dataStatus, fetchParts, planData } from './page/data-page.ts';
import { allSettled, followVisitor, gatesOf, isSettled, startFlights } from './page/flights.ts';
import { headInsertions, inspector } from './page/insertions.ts';
import { KeptTexts } from './page/kept-texts.ts';
import { pageHead } from './page/page-head.ts';
import { type PagePlan, planPage } from './page/plan.ts';
import { reportPage, reportParts, serverTiming } from './page/report.ts';
import { settledPieces, streamPage } from './page/stream.ts';
import { readView } from './page/view.ts';
import { answerWhole, entityTag } from './page/whole-page.ts';
import type { PageRequest, PageResponse } from './page.ts';
import { passThrough } from './passthrough/passthrough.ts';
import { joined } from './piece.ts';
import { answerPurge } from './purge.ts';
import type { RouteParams } from './routes.ts';
import { SHELL_PATH } from './shell-build.ts';
import type { Site } from './site.ts';
import { SiteInUse } from './site-in-use.ts';
import { readTarget, type Target } from './target.ts';
import type { Page } from './template/template-store.ts';
import { type ExpressHandler, expressHandler } from './visitor/express.ts';
import { type Listening, listen } from './visitor/node.ts';
import type { Peers } from './workers/peers.ts';

/** Memory for the compressed parts of pages. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** Memory for what pages have in their heads. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;
const PURGE_PATH = `${TESSERA_PATH}purge`;

/** A running composer. */
export interface Composer {
  /** Answers one request; undefined for a path that is none of the composer's. Never rejects. */
  handle(request: PageRequest): Promise<PageResponse | undefined>;
  /** Starts an HTTP server of its own, by default on the configured port and host. */
  listen(where?: { port?: number; host?: string }): Promise<Listening>;
  /** A handler for the root of an existing Express 5 app; paths that are none of ours go on to the next handler. */
  express(): ExpressHandler;
  /**
   * Takes a new configuration, or what a function gives, without dropping a request. Throws when it is wrong, and logs
   * it; the last good one stays in use. `port`, `host` and `workers` take effect at the next start only.
   */
  reload(config: unknown): Promise<void>;
  /**
   * Takes no new requests (`express()` answers 503), lets running ones finish within `drainMs`, then ends all
   * connections. It is final: `listen()` and `reload()` throw COMPOSER_CLOSED from then on.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates a composer: checks the configuration, compiles all templates, fetches all manifests within 2 s. Relative paths
 * in `config` count from `root`, by default the current folder; messages name `file`. Throws a CompositionError for the
 * first mistake in configuration, templates or manifests; an absent service is none. `peers` are other processes that
 * serve the same site on the same port: they hear of its purges, and its metrics are those of all.
 */
export async function createComposer(
  config: ComposerConfig,
  { root = process.cwd(), file, peers }: { root?: string; file?: string; peers?: Peers } = {},
): Promise<Composer> {
  const log = createLog(resolveConfig(config, { root, file }).log.level);
  const loop = new EventLoop();
  const context = { peers, stalledMs: () => loop.stalledMs };
  const site = await SiteInUse.load(config, { root, file }, log, context).catch((error) => {
    loop.close();
    throw error;
  });
  const overload = new Overload(() => site.current.options.overload);
  loop.onBeat = (delayMs) => overload.note(delayMs);
  const metrics = new Metrics(() => site.current.registry, overload, peers);
  peers?.listen((question) =>
    question.kind === 'purge' ? site.current.cache.hear(question.purge) : metrics.ownText(),
  );
  const observer = { log, metrics };
  const runtime: Runtime = {
    observer,
    overload,
    blocks: new Blocks(MAX_BLOCK_BYTES),
    texts: new KeptTexts(MAX_TEXT_BYTES),
  };
  const servers = new Set<Listening>();
  /** Answers that an Express app sends for us. */
  const answers = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  function handle(
    request: PageRequest,
  ): PageResponse | undefined | Promise<PageResponse | undefined> {
    try {
      return answerAssembled(site.current, request, observer) ?? compose(request);
    } catch (error) {
      return failed(error, request);
    }
  }

  async function compose(request: PageRequest): Promise<PageResponse | undefined> {
    const entered = isExempt(request) ? 'exempt' : overload.enter(() => request.signal);
    const admission = typeof entered === 'string' ? entered : await entered;
    // Who had to wait has the whole time of a page from here on: else services would seem late that were asked late.
    if (typeof entered !== 'string') request.startedAt = performance.now();
    const now = site.current; // A reload in between must not mix two configurations in one answer.
    if (admission === 'none')
      return errorPage(503, request, now.templates.errorPages, ['retry-after', '1']);
    try {
      const target = readTarget(request.url);
      if (!target) return errorPage(400, request, now.templates.errorPages);
      const { path } = target;
      if (path.startsWith(FRAGMENTS_PATH))
        return await passThrough(now, path, target, request, observer);
      if (path.startsWith(TESSERA_PATH)) {
        const own = await answerAdmin(now, path, request, {
          metrics,
          draining: closed !== undefined,
        });
        const purged = path === PURGE_PATH ? await answerPurge(now, request) : undefined;
        return own ?? purged ?? (await findFile(now, path, request));
      }
      const page = now.route(path);
      if (!page) return await findFile(now, path, request);
      const { target: to, params } = page;
      if ('parts' in to) return await composeData(now, to, params, target, request, observer);
      return await composePage(now, to, params, target, request, runtime, admission);
    } catch (error) {
      return failed(error, request);
    } finally {
      if (admission !== 'exempt') overload.leave();
    }
  }

  /** A bug of ours ends this request, never the process. */
  function failed(err: unknown, request: PageRequest): PageResponse {
    log.error({ requestId: request.id, traceId: request.trace.id, err }, 'request failed');
    return errorPage(500, request, site.current.templates.errorPages);
  }

  async function close(): Promise<void> {
    const { drainMs } = site.current.options;
    const timer = new AbortController();
    await Promise.all([
      site.settle(), // A reload under way would leave its connections behind.
      ...[...servers].map((server) => server.close(drainMs)),
      Promise.race([
        Promise.all(answers),
        sleep(drainMs, undefined, { signal: timer.signal }).catch(() => {}),
      ]),
    ]);
    timer.abort();
    loop.close();
    overload.close();
    await site.close();
    await peers?.leave();
  }

  const whileOpen = async (request: PageRequest) =>
    closed ? errorPage(503, request, site.current.templates.errorPages) : handle(request);

  const composer: Composer = {
    handle: whileOpen,
    async listen({ port = site.current.options.port, host = site.current.options.host } = {}) {
      if (closed) throw composerClosed();
      const orNotFound = (request: PageRequest) => {
        const found = (answer: PageResponse | undefined) =>
          answer ?? errorPage(404, request, site.current.templates.errorPages);
        const answer = handle(request);
        return answer instanceof Promise ? answer.then(found) : found(answer);
      };
      const options = () => site.current.options;
      const { limits } = options();
      const server = await listen(orNotFound, options, { port, host }, limits, log);
      servers.add(server);
      return server;
    },
    express: () =>
      expressHandler(
        whileOpen,
        () => site.current.options,
        log,
        (answer) => {
          answers.add(answer);
          void answer.then(() => answers.delete(answer));
        },
      ),
    reload: (next) => site.reload(next, () => servers.size > 0),
    close() {
      closed ??= close();
      return closed;
    },
    [Symbol.asyncDispose]: () => composer.close(),
  };
  return composer;
}

/** What all requests share, whatever the configuration. */
interface Runtime {
  readonly observer: Observer;
  readonly overload: Overload;
  readonly blocks: Blocks;
  readonly texts: KeptTexts;
}

/** One page: plan → fetch all → head → stream; when there is too much to do, without optional slots. */
async function composePage(
  site: Site,
  page: Page,
  params: RouteParams,
  target: Target,
  request: PageRequest,
  { observer, overload, blocks, texts }: Runtime,
  admission: Admission | 'exempt',
): Promise<PageResponse> {
  const { registry, shell, templates, options } = site;
  if (!isRead(request))
    return errorPage(405, request, templates.errorPages, ['allow', 'GET, HEAD']);
  const view = readView(target, request, site);
  const plan = planPage(
    page,
    params,
    target,
    request,
    { whole: view !== 'page' },
    (name) => registry.get(name),
    performance.now(),
  );
  const visit = followVisitor(request.signal);
  const { maxPageBytes } = options.limits;
  const gatesOnly = request.method === 'HEAD';
  const essentialOnly = admission === 'essential';
  const flights = startFlights(plan, site, visit.signal, {
    gatesOnly,
    essentialOnly,
    maxPageBytes,
  });
  const gates = gatesOf(flights);

  const nonce = newNonce(plan);
  if (view === 'report') await allSettled(flights);
  const head = await pageHead(gates, plan, flights, request, {
    redirects: options.redirects,
    browserMaxAgeMs: options.cache.browserMaxAgeMs,
    noStore: target.query.has('tessera'),
    compresses: options.compression,
    nonced: nonce !== undefined,
  });

  const report = () => reportPage(plan, flights, request, head.status);
  const end = () => {
    visit.end(isSettled(plan, flights));
    observePage(observer, report(), options.log.pages);
  };
  if (head.kind !== 'page' || view === 'report' || (gatesOnly && !head.settled)) {
    end();
    if (view === 'report') return jsonAnswer(report());
    if (head.kind === 'error')
      return errorPage(head.status, request, templates.errorPages, head.headers);
    return { ...head, body: undefined };
  }

  const timed = isOperator(request, options, site.visitorTokens);
  const timing = timed ? ['server-timing', serverTiming(report())] : [];
  const fragments = plan.slots.map(({ fragment }) => fragment);
  const security = site.policy.ofPage(page.compiled, fragments, nonce);
  const headers = [...head.headers, ...security, ...timing];
  const parts = {
    plan,
    flights,
    // A primary that answers 4xx sends no content that its widget could take over.
    insertions: headInsertions(plan, site, gates, { hydratesPrimary: head.status < 400 }),
    elements: head.elements,
    texts,
    bodyEnd: () => (view === 'inspect' ? inspector(shell, report()) : ''),
    target,
    startedAt: request.startedAt,
    nonce,
  };
  const accepted = request.headers['accept-encoding'];
  const gzip = options.compression ? preferredCoding(accepted, ['gzip']) : undefined;
  if (!head.settled) {
    // A visitor who takes the rest slowly costs memory, which has bounds of its own, and no work.
    overload.hold(allSettled(flights));
    const coding = gzip ? ['content-encoding', gzip] : [];
    const body = streamPage(parts, gzip ? gzipStitcher(blocks) : joined, end);
    return { status: head.status, headers: [...headers, ...coding], body };
  }
  const pieces = settledPieces(parts);
  const body = joined(pieces);
  const etag = head.validated ? entityTag(body) : undefined;
  end();
  const key = head.lifetime && assembledKey(site, page, target, request);
  if (key !== undefined && head.lifetime && etag !== undefined) {
    const made = assemble(page.pattern.source, flights, headers, head.lifetime, etag, body);
    if (made) site.assembled.keep(key, made, Date.now());
    site.pageKeys.note(request.url, page, target);
  }
  const coded = () =>
    gzip ? { coding: gzip, body: gzipStitcher(blocks)(pieces, true) } : undefined;
  return answerWhole({ status: head.status, headers, etag, body, coded }, request);
}

/** One data page: plan → fetch all → answer. */
async function composeData(
  site: Site,
  page: DataPageOptions,
  params: RouteParams,
  target: Target,
  request: PageRequest,
  observer: Observer,
): Promise<PageResponse> {
  const { registry, templates, options } = site;
  if (!isRead(request))
    return errorPage(405, request, templates.errorPages, ['allow', 'GET, HEAD']);
  const plans = planData(page, params, target, request, registry, performance.now());
  const visit = followVisitor(request.signal);
  const results = await fetchParts(plans, site.cache, request, visit);
  visit.end(true);
  const report = reportParts(page, results, request, dataStatus(results));
  observePage(observer, report, options.log.pages);
  const view = readView(target, request, site);
  return view === 'report' ? jsonAnswer(report) : answerData(results, request);
}

/** For a page with a fragment whose scripts may run: by this, and only in this answer. */
function newNonce({ slots }: PagePlan): string | undefined {
  const trusted = slots.some(({ fragment }) => fragment.options.trustsScripts);
  return trusted ? randomBytes(16).toString('base64url') : undefined;
}

/** Who looks after an overloaded composer must get through. */
function isExempt({ url }: PageRequest): boolean {
  return url.startsWith(TESSERA_PATH) && !url.startsWith(SHELL_PATH);
}

function isRead({ method }: PageRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
