import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The command line, as its users run it. */
export function runCli(args: string[], nodeArgs: string[] = []) {
  const cli = fileURLToPath(new URL('../bin/tessera.js', import.meta.url));
  const child = spawn(process.execPath, [...nodeArgs, cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const lines: string[] = [];
  const url = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      const found = /^listening on (\S+)$/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  const exited = once(child, 'close').then(([code]) => ({ code, stdout, stderr }));
  return { child, url, exited, lines };
}

/** A folder with these files, gone with its scope. */
export async function folder(files: Record<string, string | Buffer>) {
  const root = await mkdtemp(join(tmpdir(), 'tessera-cli-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}
