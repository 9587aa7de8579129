import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { Pool } from 'undici';
import { template } from '../page.ts';
import { readTask, serve } from './serve.ts';

// The reference, which stays as it is: all requests at once over an unbounded pool, one buffer, no features. Where gzip is
// asked for, the middleware `compression` in front of it, as is usual.

const { spec, bases } = readTask();
const MARK = '\0';
const parts = template(spec, () => MARK)
  .split(MARK)
  .map((part) => Buffer.from(part));
const origins = bases.map((base) => new URL(base));
const pools = new Map(origins.map(({ origin }) => [origin, new Pool(origin)]));

function fetchFragment({ origin, pathname }: URL, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  pools.get(origin)?.dispatch(
    { origin, path: `${pathname}content`, method: 'GET' },
    {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd: () => done(Buffer.concat(chunks)),
      onResponseError: () => done(Buffer.alloc(0)),
    },
  );
}

const answer: RequestListener = (_, response) => {
  const bodies: Buffer[] = [];
  let left = origins.length;
  const send = () => {
    const body = Buffer.concat(
      parts.flatMap((part, i) => [part, ...(bodies[i] ? [bodies[i]] : [])]),
    );
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.length,
    });
    response.end(body);
  };
  for (const [i, url] of origins.entries()) {
    fetchFragment(url, (body) => {
      bodies[i] = body;
      if (--left === 0) send();
    });
  }
};

if (spec.gzip) {
  const require = createRequire(new URL('../../peers/package.json', import.meta.url));
  const compress = require('compression')();
  serve((request, response) => compress(request, response, () => answer(request, response)));
} else serve(answer);
