import { createRequire } from 'node:module';
import { template } from '../page.ts';
import { readTask, serve } from './serve.ts';

// Podium's layout on Express, as its guide has it; `compression` where gzip is asked for.

const require = createRequire(new URL('../../peers/package.json', import.meta.url));
const express = require('express');
const compression = require('compression');
const { default: Layout } = await import(require.resolve('@podium/layout'));

const { spec, bases } = readTask();
const layout = new Layout({ name: 'page', pathname: '/' });
const podlets = bases.map((base, i) =>
  layout.client.register({
    name: `part${i}`,
    uri: `${base}manifest.json`,
    timeout: spec.timeoutMs,
  }),
);
const MARK = '\0';
const parts = template(spec, () => MARK).split(MARK);

const app = express();
if (spec.gzip) app.use(compression());
app.use(layout.middleware());
app.get('/', async (_: unknown, response: Answer) => {
  const { podium } = response.locals;
  const contents = await Promise.all(podlets.map((podlet: Podlet) => podlet.fetch(podium)));
  // The page brings a document of its own.
  response.send(parts.map((part, i) => part + (contents[i]?.content ?? '')).join(''));
});
serve(app);

interface Podlet {
  fetch(incoming: unknown): Promise<{ readonly content: string }>;
}
interface Answer {
  readonly locals: { readonly podium: unknown };
  send(page: string): void;
}
