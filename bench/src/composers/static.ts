import { gzipSync } from 'node:zlib';
import { finishedPage } from '../page.ts';
import { readTask, serve } from './serve.ts';

// The floor of the platform: a bare server of the finished page.

const { spec } = readTask();
const page = Buffer.from(finishedPage(spec));
const body = spec.gzip ? gzipSync(page, { level: 6 }) : page;
const headers = [
  ...['content-type', 'text/html; charset=utf-8', 'content-length', String(body.length)],
  ...(spec.gzip ? ['content-encoding', 'gzip', 'vary', 'accept-encoding'] : []),
];
serve((_, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
