import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createComposer } from '../src/composer.ts';
import type { ComposerConfig } from '../src/config/config.ts';
import type { FragmentConfig } from '../src/config/fragment.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on a free port that counts what it is asked. */
export async function startServer(handler: Handler, port = 0) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  return { ...(await listening(server, port)), requests };
}

/** A server that speaks bytes: for answers that no HTTP library would give. */
export async function startRawServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sockets,
    [Symbol.asyncDispose]: close,
  };
}

async function listening(server: Server, port: number) {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${address.port}/`,
    port: address.port,
    server,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Answers HTML. */
export const html =
  (body: string, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);
  };

export interface ComposerSetup extends Omit<ComposerConfig, 'templates' | 'pages'> {
  /** The template of the page `/`. */
  template?: string;
  /** Templates by file name. */
  templates?: Record<string, string | Buffer>;
  pages?: NonNullable<ComposerConfig['pages']>;
}

/** A composer on a free port with its templates in a folder of its own. */
export async function startComposer({ template, templates = {}, ...config }: ComposerSetup) {
  const root = await mkdtemp(join(tmpdir(), 'tessera-'));
  const files: Record<string, string | Buffer> =
    template === undefined ? templates : { 'page.html': template, ...templates };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  try {
    const composer = await createComposer(
      {
        log: { level: 'silent' },
        pages: { '/': 'page.html' },
        drainMs: 100,
        ...config,
        templates: root,
      },
      { root },
    );
    const server = await composer.listen({ port: 0 });
    return {
      composer,
      root,
      url: server.url,
      close: () => composer.close(),
      [Symbol.asyncDispose]: async () => {
        await composer.close();
        await rm(root, { recursive: true });
      },
    };
  } catch (error) {
    await rm(root, { recursive: true });
    throw error;
  }
}

/** The folder of a shell's build with its Vite manifest. */
export async function shellBuild() {
  const root = await mkdtemp(join(tmpdir(), 'tessera-shell-build-'));
  const manifest = {
    'src/boot.ts': { file: 'assets/boot-A1b2C3d4.js', name: 'boot', isEntry: true },
    'src/federation.ts': {
      file: 'assets/federation-A1b2C3d4.js',
      name: 'federation',
      isDynamicEntry: true,
    },
    'src/telemetry.ts': {
      file: 'assets/telemetry-A1b2C3d4.js',
      name: 'telemetry',
      isEntry: true,
    },
    'vendor:react': { file: 'assets/react-A1b2C3d4.js', name: 'react', isEntry: true },
  };
  await mkdir(join(root, '.vite'));
  await writeFile(join(root, '.vite/manifest.json'), JSON.stringify(manifest));
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

/** A fragment of `url` with an inline manifest whose content is the path `any`. */
export function inline(url: string, manifest: Record<string, unknown> = {}): FragmentConfig {
  return { url, manifest: { version: '1', content: 'any', ...manifest } };
}

/** The page's text. */
export async function text(url: string, init?: RequestInit): Promise<string> {
  return (await fetch(url, init)).text();
}
