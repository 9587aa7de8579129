import cluster from 'node:cluster';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CompositionError, describeError } from '@tessera/contract';
import { checkSite } from './check.ts';
import { createComposer } from './composer.ts';
import { type ComposerConfig, MAX_WORKERS, resolveConfig } from './config/config.ts';
import { fileName, readConfigFile } from './config/file.ts';
import { commandInvalid } from './errors.ts';
import { createLog } from './log.ts';
import { progressBar, readUrls, warm } from './warm.ts';
import { watchFiles } from './watch.ts';
import { freePort } from './workers/free-port.ts';
import { type Peers, processPeers, type ToPrimary } from './workers/peers.ts';
import { runWorkers } from './workers/primary.ts';

const USAGE = `Usage: tessera serve --config composer.config.ts [--port 3000] [--host 127.0.0.1] [--workers 4]
       tessera check --config composer.config.ts
       tessera warm urls.txt [--rate 20] [--site http://127.0.0.1:3000/]

  serve      composes pages
  check      looks for mistakes in configuration, templates and the manifests that can be had, without listening;
             exit code 1 and all findings where there are any
  warm       asks a running composer for the pages in a file, one a line, so that their fragments are stored

  --config   configuration: a .ts, .mjs, .js or .json file; changes are taken up while it runs
  --port     wins over the configuration's "port"; 0 takes a free one
  --host     wins over the configuration's "host"
  --workers  wins over the configuration's "workers": processes that serve on the same port. One that ends is started
             again; SIGHUP replaces all, one after the other, without a request being lost
  --rate     pages a second
  --site     what paths in the file count from
  --help     shows this
`;

/** The flags of each command. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  serve: ['config', 'port', 'host', 'workers'],
  check: ['config'],
  warm: ['rate', 'site'],
};

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArgs(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [command, ...operands] = positionals;
  if (command === undefined)
    throw commandInvalid('A command is missing: tessera serve, check or warm.');
  const flags = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!flags) throw commandInvalid(`There is no command "${command}".`);
  const strange = Object.keys(values).find((flag) => !flags.includes(flag));
  if (strange !== undefined) throw commandInvalid(`tessera ${command} has no flag --${strange}.`);
  const [first, surplus] = operands;
  if (command === 'warm') {
    if (first === undefined)
      throw commandInvalid(
        'A file is missing: tessera warm urls.txt, with one URL or path a line.',
      );
    if (surplus !== undefined) throw commandInvalid(`"${surplus}" is too much; one file is read.`);
    await warmPages(resolve(first), readRate(values.rate), readSite(values.site));
    return;
  }
  if (first !== undefined) throw commandInvalid(`"${first}" is too much; --config names a file.`);
  const file = resolve(values.config ?? 'composer.config.ts');
  if (command === 'check') {
    await check(file);
    return;
  }
  const { port, host, workers } = values;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536)) {
    throw commandInvalid(`--port must be a number from 0 to 65535, but is "${port}".`);
  }
  const count = workers === undefined ? undefined : Number(workers);
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= MAX_WORKERS)) {
    throw commandInvalid(
      `--workers must be a number from 1 to ${MAX_WORKERS}, but is "${workers}".`,
    );
  }
  await serve(file, count, {
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(host === undefined ? {} : { host }),
  });
}

function readRate(rate = '20'): number {
  if (!(Number(rate) > 0 && Number(rate) <= 10_000))
    throw commandInvalid(`--rate must be a number above 0, up to 10000, but is "${rate}".`);
  return Number(rate);
}

function readSite(site = 'http://127.0.0.1:3000/'): URL {
  if (!URL.canParse(site) || !/^https?:$/.test(new URL(site).protocol))
    throw commandInvalid(`--site must be an http(s) URL, but is "${site}".`);
  return new URL(site);
}

function readArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        workers: { type: 'string' },
        rate: { type: 'string' },
        site: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw parseError(error);
  }
}

/** What parseArgs says first is what is wrong; the rest is advice that does not fit here. */
function parseError(error: unknown): CompositionError {
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/);
  return commandInvalid(`${reason.replace(/\.$/, '')}.`);
}

async function serve(
  file: string,
  flag: number | undefined,
  where: { port?: number; host?: string },
): Promise<void> {
  const readAt = Date.now();
  const config = await readConfigFile(file);
  const from = { root: dirname(file), file: fileName(file) };
  if (cluster.isWorker) return serveAlone(file, config, from, where, readAt, processPeers(process));
  const options = resolveConfig(config, from);
  const count = flag ?? options.workers;
  if (count === 1) return serveAlone(file, config, from, where, readAt);
  const port = (where.port ?? options.port) || (await freePort(where.host ?? options.host));
  let told = false;
  process.exitCode = await runWorkers({
    count,
    args: [...process.argv.slice(2), '--port', String(port)],
    log: createLog(options.log.level),
    onListening: (url) => {
      if (!told) process.stdout.write(`listening on ${url}\n`);
      told = true;
    },
  });
}

/** Serves in this process; with `peers` as one of several. */
async function serveAlone(
  file: string,
  config: unknown,
  from: { root: string; file: string },
  where: { port?: number; host?: string },
  readAt: number,
  peers?: Peers,
): Promise<void> {
  // createComposer checks it, whatever its shape.
  const composer = await createComposer(config as ComposerConfig, {
    ...from,
    ...(peers ? { peers } : {}),
  });
  const { url } = await composer.listen(where);
  if (peers) process.send?.({ tessera: 'listening', url } satisfies ToPrimary);
  else process.stdout.write(`listening on ${url}\n`);
  // Whatever one request may have set off, the others go on; a full disk behind the output costs what would stand there.
  const log = createLog('error');
  process.on('uncaughtException', (err) => log.error({ err }, 'unexpected error'));
  process.stdout.on('error', () => {});

  const stopWatching = watchFiles(
    () => [file],
    () => composer.reload(() => readConfigFile(file)).catch(() => {}), // the composer has logged it
    readAt,
  );

  const stop = async () => {
    stopWatching();
    await composer.close();
    // A connection that is just being handed to this worker goes on to another one, if it is refused in order.
    if (peers) await disconnected();
    process.exit(0);
  };
  // Some send it twice, as npm and the terminal do: that must not cut the first stop short.
  let stops = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (!stops) void stop();
      stops = true;
    });
}

/** Resolves when the process that started this worker knows that it takes nothing more. */
function disconnected(): Promise<unknown> {
  const done = once(process, 'disconnect');
  cluster.worker?.disconnect();
  return process.connected ? done : Promise.resolve();
}

async function check(file: string): Promise<void> {
  const from = { root: dirname(file), file: fileName(file) };
  const { findings, pages, fragments, unreachable } = await checkSite(
    await readConfigFile(file),
    from,
  );
  for (const finding of findings) process.stderr.write(`${describeError(finding)}\n`);
  for (const name of unreachable)
    process.stdout.write(`Fragment "${name}" does not answer: its manifest is not checked.\n`);
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const result = findings.length ? count(findings.length, 'finding') : 'no findings';
  process.stdout.write(`${count(pages, 'page')}, ${count(fragments, 'fragment')}: ${result}\n`);
  if (findings.length) process.exitCode = 1;
}

async function warmPages(file: string, rate: number, site: URL): Promise<void> {
  let list: string;
  try {
    list = await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw commandInvalid(`${fileName(file)} cannot be read: ${reason}.`);
  }
  const { urls, wrong } = readUrls(list, site);
  for (const line of wrong) process.stderr.write(`${line}: this is neither a URL nor a path\n`);
  const isTerminal = process.stderr.isTTY;
  const { total, ok, failed, ms } = await warm(urls, rate, (done) => {
    if (isTerminal) process.stderr.write(`\r${progressBar(done, urls.length)}`);
  });
  if (isTerminal) process.stderr.write('\n');
  for (const { url, reason } of failed) process.stderr.write(`${url}: ${reason}\n`);
  process.stdout.write(`${ok} of ${total} pages warm in ${(ms / 1000).toFixed(1)} s\n`);
  if (failed.length + wrong.length > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
});
