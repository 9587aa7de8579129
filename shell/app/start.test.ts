import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const START = join(import.meta.dirname, 'start.ts');

function start(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [START, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr });
    });
  });
}

test('a port in use is named with the option that changes it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { code, text } = await start('--port', String(port));
  server.close();
  expect(code).toBe(1);
  expect(text).toContain(`Port ${port} is in use.`);
  expect(text).toContain('npm start -- --port');
});

test('a port that is no port is refused', async () => {
  expect(await start('--port', '70000')).toEqual({
    code: 1,
    text: 'The port must be a number from 0 to 65535, but is "70000".\n',
  });
});
