#!/usr/bin/env node
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CompositionError, describeError } from '@tessera/contract';
import { checkSite } from './check.ts';
import { createComposer } from './composer.ts';
import type { ComposerConfig } from './config.ts';
import { fileName, readConfigFile } from './config-file.ts';
import { commandInvalid } from './errors.ts';
import { watchFiles } from './watch.ts';

const USAGE = `Usage: tessera serve --config composer.config.ts [--port 3000] [--host 127.0.0.1]
       tessera check --config composer.config.ts

  serve      composes pages
  check      looks for mistakes in configuration, templates and the manifests that can be had, without listening;
             exit code 1 and all findings where there are any

  --config   configuration: a .ts, .mjs, .js or .json file; changes are taken up while it runs
  --port     wins over the configuration's "port"; 0 takes a free one
  --host     wins over the configuration's "host"
  --help     shows this
`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArgs(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [command, surplus] = positionals;
  if (command === undefined)
    throw commandInvalid('A command is missing: tessera serve, or tessera check.');
  if (command !== 'serve' && command !== 'check')
    throw commandInvalid(`There is no command "${command}".`);
  if (surplus !== undefined)
    throw commandInvalid(`"${surplus}" is too much; --config names a file.`);
  const { port, host } = values;
  if (command === 'check') {
    if (port !== undefined || host !== undefined)
      throw commandInvalid('--port and --host are for tessera serve.');
    await check(resolve(values.config));
    return;
  }
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536)) {
    throw commandInvalid(`--port must be a number from 0 to 65535, but is "${port}".`);
  }
  await serve(resolve(values.config), {
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(host === undefined ? {} : { host }),
  });
}

function readArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: { type: 'string', default: 'composer.config.ts' },
        port: { type: 'string' },
        host: { type: 'string' },
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

async function serve(file: string, where: { port?: number; host?: string }): Promise<void> {
  const readAt = Date.now();
  // createComposer checks it, whatever its shape.
  const config = (await readConfigFile(file)) as ComposerConfig;
  const composer = await createComposer(config, { root: dirname(file), file: fileName(file) });
  const server = await composer.listen(where);
  process.stdout.write(`listening on ${server.url}\n`);

  const stopWatching = watchFiles(
    () => [file],
    () => composer.reload(() => readConfigFile(file)).catch(() => {}), // the composer has logged it
    readAt,
  );

  const stop = async () => {
    stopWatching();
    await composer.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
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

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
});
