#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { describeError } from '@tessera/contract';
import { createComposer } from './composer.ts';
import { configUnreadable } from './errors.ts';
import { watchFiles } from './watch.ts';

const USAGE = `Usage: tessera serve --config composer.config.ts [--port 3000] [--host 127.0.0.1]

  --config   configuration: a .ts, .mjs, .js or .json file; changes are taken up while it runs
  --port     wins over the configuration's "port"; 0 takes a free one
  --host     wins over the configuration's "host"
`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      config: { type: 'string', default: 'composer.config.ts' },
      port: { type: 'string' },
      host: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || positionals[0] !== 'serve' || positionals.length > 1) {
    process.stdout.write(USAGE);
    if (!values.help) process.exitCode = 1;
    return;
  }
  if (
    values.port !== undefined &&
    !(/^\d{1,5}$/.test(values.port) && Number(values.port) < 65_536)
  ) {
    throw new Error(`--port must be a number from 0 to 65535, but is "${values.port}".`);
  }
  await serve(resolve(values.config), values.port, values.host);
}

async function serve(
  file: string,
  port: string | undefined,
  host: string | undefined,
): Promise<void> {
  const composer = await createComposer(await readConfig(file), { root: dirname(file) });
  const server = await composer.listen({
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(host === undefined ? {} : { host }),
  });
  process.stdout.write(`listening on ${server.url}\n`);

  const stopWatching = watchFiles(
    () => [file],
    async () => {
      try {
        await composer.reload(await readConfig(file));
      } catch (error) {
        process.stderr.write(
          `${describeError(error)}\n  The last good configuration stays in use.\n`,
        );
      }
    },
  );

  const stop = async () => {
    stopWatching();
    await composer.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
}

async function readConfig(file: string) {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    // The query makes it a module of its own each time; else a reload would see the first one again.
    const module = await import(`${pathToFileURL(file).href}?t=${Date.now()}`);
    if (module.default === undefined) throw new Error('it has no default export');
    return module.default;
  } catch (cause) {
    throw configUnreadable(file, cause);
  }
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
});
