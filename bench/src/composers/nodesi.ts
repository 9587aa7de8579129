import { createRequire } from 'node:module';
import { template } from '../page.ts';
import { readTask, serve } from './serve.ts';

// nodesi. It gives concurrent pages one answer, whoever asks; with a query of its own each page gets what was made for it.

const require = createRequire(new URL('../../peers/package.json', import.meta.url));
const ESI = require('nodesi');
const compress = require('compression')();

const { spec, bases } = readTask();
const esi = new ESI({
  allowedHosts: [...new Set(bases.map((base) => new URL(base).origin))],
  onError: () => '',
});
const MARK = '%n%';
const source = template(spec, (i) => `<esi:include src="${bases[i]}content?n=${MARK}"/>`);
let pages = 0;

serve((request, response) => {
  const answer = async () => {
    const page = await esi.process(source.replaceAll(MARK, String(++pages)));
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page);
  };
  if (spec.gzip) compress(request, response, answer);
  else void answer();
});
