import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FragmentSpec, fragmentHtml } from './page.ts';

// The teams' services, all in one process: `node origin.ts`. What a fragment is like stands in its path.

const PATH =
  /^\/f\/(\d+)\/(\d+)\/(\d+)\/(\d+)\/(ok|varied|dead|hanging|halfway)\/(content|manifest\.json)/;

interface Answer {
  readonly body: Buffer;
  readonly headers: readonly string[];
  readonly delayMs: number;
  readonly mode: FragmentSpec['mode'];
}

/** What follows the HTML that is never the same. */
const COUNTER = '<!--00000000-->';
let count = 0;

const answers = new Map<string, Answer>();

function answerTo(url: string): Answer | undefined {
  const known = answers.get(url);
  if (known) return known;
  const match = PATH.exec(url);
  if (!match) return undefined;
  const [, index, bytes, maxAge, delay, mode, file] = match;
  const podlet = { name: `part${index}`, version: '1.0.0', content: 'content', fallback: '' };
  const body = Buffer.from(
    file === 'content'
      ? fragmentHtml(Number(index), { bytes: Number(bytes) }) + (mode === 'varied' ? COUNTER : '')
      : JSON.stringify(podlet),
  );
  const answer: Answer = {
    body,
    headers: [
      ...['content-type', file === 'content' ? 'text/html; charset=utf-8' : 'application/json'],
      ...['content-length', String(body.length)],
      'cache-control',
      maxAge === '0' ? 'private, no-cache' : `public, max-age=${maxAge}`,
    ],
    delayMs: file === 'content' ? Number(delay) : 0,
    mode: file === 'content' ? (mode as FragmentSpec['mode']) : 'ok',
  };
  // Queries only keep requests apart that a composer would merge.
  if (!url.includes('?')) answers.set(url, answer);
  return answer;
}

/** The body with the next number in it. */
function counted(body: Buffer): Buffer {
  count = (count + 1) % 10 ** 8;
  const varied = Buffer.from(body);
  varied.write(String(count).padStart(8, '0'), body.length - '00000000-->'.length);
  return varied;
}

const server = createServer((request, response) => {
  const answer = answerTo(request.url ?? '/');
  if (!answer) return void response.writeHead(404).end();
  const { body, headers, delayMs, mode } = answer;
  const send = () => {
    if (mode === 'hanging') return;
    response.writeHead(200, [...headers]);
    if (mode === 'halfway') response.write(body.subarray(0, body.length / 2));
    else response.end(mode === 'varied' ? counted(body) : body);
  };
  if (delayMs > 0) setTimeout(send, delayMs);
  else send();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
