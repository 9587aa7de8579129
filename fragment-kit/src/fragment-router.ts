import { matchPath, REQUEST_HEADERS, RESPONSE_HEADERS } from '@tessera/contract';
import { type Request, type Response, Router } from 'express';
import { bodyParsers, matchActions } from './actions.ts';
import { assetRouter } from './asset-router.ts';
import { answerContent } from './content.ts';
import { answerFailure, type ErrorListener } from './failure.ts';
import { escapeHtml } from './html.ts';
import { notFound } from './not-found.ts';
import type { PublishedFragment } from './published-fragment.ts';
import { actionFor, refuseMethod, runAction } from './run-action.ts';

/** Everything one fragment answers, to be mounted at `/<name>`. */
export function fragmentRouter(
  published: PublishedFragment,
  { maxBodyBytes, onError }: { maxBodyBytes: number; onError: ErrorListener },
): Router {
  const { fragment, files, manifest, actions } = published;
  const parsers = bodyParsers(maxBodyBytes);
  const router = Router({ caseSensitive: true, strict: true });

  router.use((_request, response, next) => {
    response.setHeader(RESPONSE_HEADERS.version, fragment.version);
    response.setHeader('x-content-type-options', 'nosniff');
    next();
  });
  router.get('/fragment.json', (_request, response) => {
    response.setHeader('cache-control', 'max-age=10');
    response.type('json').send(manifest.json);
  });
  router.get('/fallback', async (_request, response, next) => {
    if (!fragment.fallback) return next();
    response.setHeader('cache-control', 'max-age=10');
    response.type('html').send(await fragment.fallback());
  });
  router.use('/assets', assetRouter(files));
  router.use(async (request, response) => {
    const raw = contentParams(published, request);
    try {
      const call = { base: baseOf(request, fragment.name), signal: abortSignal(response) };
      if (raw) return await answerContent(published, { ...call, raw }, request, response);
      const matches = matchActions(actions, request.path);
      const match = actionFor(matches, request.method);
      if (match) return await runAction(fragment, match, call, parsers, request, response);
      if (matches.length) return refuseMethod(matches, request, response);
      throw notFound(undefined, { html: nothingHere(published) });
    } catch (error) {
      answerFailure(error, raw ? 'content' : 'action', onError, request, response);
    }
  });
  return router;
}

function baseOf(request: Request, name: string): string {
  const base = request.get(REQUEST_HEADERS.base);
  if (base === undefined) return `/${name}/`;
  // Fragments write the base into their HTML, so it must be a plain path, whoever sent it.
  if (/^(https?:\/\/[\w.:[\]-]+)?(\/[\w.~-]+)*\/$/.test(base)) return base;
  throw Object.assign(new Error(`"${REQUEST_HEADERS.base}" is no base path.`), { status: 400 });
}

/** Aborts when the connection ends before the answer is complete. */
function abortSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** The raw params when the request reads the content: those in its path, and the query names of its pattern. */
function contentParams({ manifest }: PublishedFragment, request: Request) {
  const { content } = manifest.parsed;
  if (!content || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  const raw: Record<string, string | undefined> | undefined = matchPath(content, request.path);
  if (!raw) return undefined;
  const query = new URL(request.url, 'http://localhost').searchParams;
  for (const { key, value } of content.query) {
    if (value.kind === 'param') raw[value.name] = query.get(key) ?? undefined;
  }
  return raw;
}

function nothingHere({ fragment }: PublishedFragment): string {
  const { name, content, actions = {} } = fragment;
  const paths = ['fragment.json', ...(content ? [content] : []), ...Object.keys(actions)];
  return (
    `<section><h1>Not found</h1><p>Below <code>/${name}/</code> the fragment ${name} answers:</p>` +
    `<ul>${paths.map((path) => `<li><code>${escapeHtml(path)}</code></li>`).join('')}</ul></section>`
  );
}
