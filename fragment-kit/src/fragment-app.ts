import express, { type ErrorRequestHandler, type Express } from 'express';
import { answerFailure, type ErrorListener } from './failure.ts';
import { fragmentRouter } from './fragment-router.ts';
import { escapeHtml } from './html.ts';
import type { PublishedFragment } from './published-fragment.ts';

/** The Express app of a service: every fragment at its `/<name>/`, `/health`, and a page that lists them. */
export function fragmentApp(
  published: readonly PublishedFragment[],
  stopping: AbortSignal,
  options: { readonly maxBodyBytes: number; readonly onError: ErrorListener },
): Express {
  const app = express();
  app.disable('x-powered-by').enable('case sensitive routing').enable('strict routing');
  app.use((_request, response, next) => {
    // Without it a kept-alive connection would hold the stop up until its idle time ends.
    if (stopping.aborted) response.setHeader('connection', 'close');
    next();
  });
  app.get('/health', (_request, response) => {
    const status = stopping.aborted ? 'stopping' : 'ok';
    const fragments = published.map(({ fragment }) => fragment.name);
    response.status(stopping.aborted ? 503 : 200).setHeader('cache-control', 'no-store');
    response.json({ status, fragments });
  });
  for (const one of published) {
    const { name } = one.fragment;
    app.get(`/${name}`, (_request, response) => response.redirect(308, `/${name}/`));
    app.use(`/${name}/`, fragmentRouter(one, options));
  }
  app.use((request, response) => {
    response.status(request.path === '/' ? 200 : 404).type('html');
    response.send(indexHtml(published));
  });
  const failed: ErrorRequestHandler = (error, request, response, _next) => {
    answerFailure(error, 'action', options.onError, request, response);
  };
  return app.use(failed);
}

function indexHtml(published: readonly PublishedFragment[]): string {
  const items = published.map(({ fragment: { name, version, content = '' } }) => {
    const path = `/${name}/${content}`;
    return (
      `<li>${name} ${escapeHtml(version)}: <code>${escapeHtml(path)}</code>, ` +
      `<a href="/${name}/fragment.json">manifest</a></li>`
    );
  });
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fragments</title></head>' +
    `<body><h1>Fragments</h1><ul>${items.join('')}</ul></body></html>`
  );
}
