import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildOptions, type RunningChild, startChild } from './child-process.ts';
import { reservePort } from './reserve-port.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every team's service, named like its folder in `fragments/`, with the services whose APIs it asks itself. */
const SERVICES = {
  product: [],
  reviews: [],
  header: [],
  cart: ['product'],
  recommendations: ['product'],
  dashboard: [],
  delivery: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ServiceName = keyof typeof SERVICES;

const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];

/** A part of the shop: a team's service, or the composer. */
export type PartName = ServiceName | 'composer';

export interface ShopOptions {
  /** The port of the shop. Default 0, a free one. */
  readonly port?: number;
  /** Ports of the services. Default: free ones. */
  readonly servicePorts?: Partial<Readonly<Record<ServiceName, number>>>;
  /** Where the teams keep their data. Default: a new folder that goes away with the shop. */
  readonly dataDir?: string;
  /**
   * More environment variables for every process, for example `REVIEWS_DELAY_MS`, or `COMPOSER_URLS` and `PURGE_TOKEN` when
   * there are more composers than the shop's own to be told about a new review.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets every line that a part prints; true prints them, false drops them. Default true. */
  readonly log?: boolean | ((part: PartName, line: string) => void);
  /** Told when a part ends without having been asked to. */
  readonly onEnd?: (part: PartName, how: string) => void;
}

/** A process of the shop that can be stopped and started again. */
export interface Part {
  /** For example `http://127.0.0.1:4002/`; stays the same when it is started again. */
  readonly url: string;
  readonly pid: number;
  /** Ends the process and waits for it. Default: `SIGTERM`. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

/** The running shop. */
export interface Shop extends AsyncDisposable {
  /** For example `http://127.0.0.1:3000/`. */
  readonly url: string;
  readonly services: Readonly<Record<ServiceName, Part>>;
  readonly composer: Part;
  /** Ends every process. */
  close(): Promise<void>;
}

/** Starts every team's service and then the composer, each as a process of its own. The builds must be there. */
export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const { port = 0, servicePorts = {}, env = {}, onEnd = () => {} } = options;
  // Services that tell the composer what changed start before it, and must know where it will be.
  const reserved = port === 0 ? await reservePort() : undefined;
  const composerPort = reserved?.port ?? port;
  const tellComposer = {
    COMPOSER_URLS: env.COMPOSER_URLS ?? `http://127.0.0.1:${composerPort}/`,
    PURGE_TOKEN: env.PURGE_TOKEN ?? randomBytes(24).toString('base64url'),
  };
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tessera-shop-')));
  const write = logWriter(options.log);
  const parts: Part[] = [];
  const start = async (name: PartName, args: string[], atPort: number, more = {}) => {
    const part = await startPart(name, atPort, onEnd, (free) => ({
      name,
      args: [...args, ...(name === 'composer' ? ['--port', String(free)] : [])],
      env: { ...process.env, ...env, ...more, PORT: String(free), DATA_DIR: dataDir },
      log: (line) => write(name, line),
    }));
    parts.push(part);
    return part;
  };
  const close = async () => {
    await Promise.all(parts.map((part) => part.stop()));
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  const services = new Map<ServiceName, Promise<Part>>();
  const service = async (name: ServiceName): Promise<Part> => {
    const more = {
      ...(await serviceUrls(SERVICES[name], services)),
      ...(name === 'reviews' ? tellComposer : {}),
    };
    return start(name, [`${ROOT}fragments/${name}/server.ts`], servicePorts[name] ?? 0, more);
  };
  for (const name of SERVICE_NAMES) services.set(name, service(name));
  try {
    const started = await Promise.all(services.values());
    const more = {
      ...(await serviceUrls(SERVICE_NAMES, services)),
      REVIEWS_PURGE_TOKEN: tellComposer.PURGE_TOKEN,
    };
    await reserved?.release();
    const composer = await start('composer', COMPOSER, composerPort, more);
    const byName = Object.fromEntries(SERVICE_NAMES.map((name, i) => [name, started[i]]));
    return {
      url: composer.url,
      services: byName as Readonly<Record<ServiceName, Part>>,
      composer,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await Promise.allSettled(services.values());
    await reserved?.release();
    await close();
    throw error;
  }
}

/** Where the named services are, as environment variables: `PRODUCT_URL` and so on. Waits for them. */
async function serviceUrls(
  names: readonly ServiceName[],
  services: ReadonlyMap<ServiceName, Promise<Part>>,
): Promise<Record<string, string>> {
  const urls: Record<string, string> = {};
  for (const name of names) {
    const part = await services.get(name);
    if (part) urls[`${name.toUpperCase()}_URL`] = part.url;
  }
  return urls;
}

const COMPOSER = [
  `${ROOT}composer-server/bin/tessera.js`,
  'serve',
  '--config',
  `${ROOT}shell/app/composer.config.ts`,
];

/** Starts a process that keeps its port over later starts. */
async function startPart(
  name: PartName,
  port: number,
  onEnd: (part: PartName, how: string) => void,
  childAt: (port: number) => ChildOptions,
): Promise<Part> {
  let child: RunningChild;
  let wanted = true;
  const run = async (at: number) => {
    wanted = true;
    const running = await startChild(childAt(at));
    running.ended.then((how) => {
      if (wanted && child === running) onEnd(name, how);
    });
    return running;
  };
  child = await run(port);
  return {
    url: child.url,
    get pid() {
      return child.pid;
    },
    stop(signal = 'SIGTERM') {
      wanted = false;
      return child.stop(signal);
    },
    async start() {
      child = await run(Number(new URL(child.url).port));
    },
  };
}

function logWriter(log: ShopOptions['log'] = true): (part: PartName, line: string) => void {
  if (typeof log === 'function') return log;
  return log ? (part, line) => console.log(`${part}: ${line}`) : () => {};
}
