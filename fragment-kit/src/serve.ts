import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fragment } from './define.ts';
import { closeOnSignals, createDrain } from './drain.ts';
import { invalidServeOption, portInUse } from './errors.ts';
import type { ErrorListener } from './failure.ts';
import { fragmentApp } from './fragment-app.ts';
import { publishFragment } from './published-fragment.ts';

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Whether to print the line that names the fragments and the URL. Default true. */
  readonly log?: boolean;
  /** Whether SIGTERM and SIGINT end the process once running requests are finished. Default true. */
  readonly signals?: boolean;
  /** How long a stop waits for running requests before it cuts them, in milliseconds. Default 10000. */
  readonly drainMs?: number;
  /** The largest body of an action, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Gets every error that became a 500 or a cut answer. Default: `console.error`. */
  readonly onError?: ErrorListener;
  /** Called once the last request is finished, before the process ends, for example `() => outbox.close()`. */
  readonly onClose?: () => void | Promise<void>;
}

/** A running service. */
export interface FragmentService extends AsyncDisposable {
  /** For example `http://127.0.0.1:4002/`; the fragments stand below it. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, finishes running requests, closes every connection. May be called again. */
  close(): Promise<void>;
}

/**
 * Publishes fragments, each at `/<name>/`, and `/health`.
 *
 * Rejects with a CompositionError for a mistake in a definition, a missing build or a port in use.
 */
export async function serveFragments(
  fragments: readonly Fragment[],
  options: ServeOptions,
): Promise<FragmentService> {
  const resolved = resolveServeOptions(options);
  checkNames(fragments);
  const published = await Promise.all(fragments.map(publishFragment));
  const server = createServer();
  const stopping = new AbortController();
  const drain = createDrain(server, stopping, resolved.drainMs, resolved.onClose);
  server.on('request', fragmentApp(published, stopping.signal, resolved));
  const port = await listen(server, resolved);
  const host = /^(0\.0\.0\.0|::)$/.test(resolved.host) ? '127.0.0.1' : resolved.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  const close = resolved.signals ? closeOnSignals(drain) : drain;
  if (resolved.log) {
    console.log(`${fragments.map(({ name }) => name).join(', ')} listening on ${url}`);
  }
  return { url, port, close, [Symbol.asyncDispose]: close };
}

type ResolvedOptions = Required<ServeOptions>;

function resolveServeOptions({
  port,
  host = '127.0.0.1',
  log = true,
  signals = true,
  drainMs = 10_000,
  maxBodyBytes = 1024 * 1024,
  onError = reportError,
  onClose = () => {},
}: ServeOptions): ResolvedOptions {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalidServeOption('port', 'a number from 0 to 65535', port);
  }
  if (!(drainMs >= 0)) throw invalidServeOption('drainMs', 'milliseconds, 0 or more', drainMs);
  if (!(maxBodyBytes > 0)) throw invalidServeOption('maxBodyBytes', 'above 0', maxBodyBytes);
  return { port, host, log, signals, drainMs, maxBodyBytes, onError, onClose };
}

const reportError: ErrorListener = (error, request) => {
  console.error(`${request.method} ${request.originalUrl} failed:`, error);
};

function checkNames(fragments: readonly Fragment[]): void {
  const names = fragments.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw invalidServeOption('fragments', 'of different names', twice);
  if (names.includes('health'))
    throw invalidServeOption('fragments', 'not named "health"', 'health');
}

function listen(server: Server, { host, port }: ResolvedOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portInUse(host, port, error) : error);
    });
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}
