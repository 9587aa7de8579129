import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { template } from '../page.ts';
import { readTask, serve } from './serve.ts';

// Tailor with its own way of reading templates; `compression` in front of it where gzip is asked for.

const require = createRequire(new URL('../../peers/package.json', import.meta.url));
const Tailor = require('node-tailor');
const compress = require('compression')();

const { spec, bases } = readTask();
const [, , , templatesPath = '.'] = process.argv;
writeFileSync(
  join(templatesPath, 'index.html'),
  template(
    spec,
    (i) => `<fragment src="${bases[i]}content" timeout="${spec.timeoutMs}"></fragment>`,
  ),
);
const tailor = new Tailor({ templatesPath });
tailor.on('error', () => {});
serve((request, response) => {
  request.url = '/index';
  const answer = () => tailor.requestHandler(request, response);
  if (spec.gzip) compress(request, response, answer);
  else answer();
});
