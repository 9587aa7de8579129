import express, { type Response, Router } from 'express';
import type { FragmentFiles } from './fragment-files.ts';

/** A fragment's files below `assets/`: immutable where the build or the kit named them by their content, else revalidated. */
export function assetRouter({ styles, built, plain }: FragmentFiles): Router {
  const router = Router({ caseSensitive: true });
  router.get('/:file', (request, response, next) => {
    const style = styles.get(request.params.file);
    if (style === undefined) return next();
    setHashed(response);
    response.type('css').send(style);
  });
  const options = { index: false, redirect: false, cacheControl: false } as const;
  if (built) router.use(express.static(built, { ...options, setHeaders: setHashed }));
  if (plain) router.use(express.static(plain, { ...options, setHeaders: setPlain }));
  return router;
}

function setHashed(response: Response): void {
  response.setHeader('cache-control', 'public, max-age=31536000, immutable');
  setPublic(response);
}

function setPlain(response: Response): void {
  response.setHeader('cache-control', 'public, no-cache');
  setPublic(response);
}

/** Module scripts and fonts need it as soon as a CDN or another origin stands between page and fragment. */
function setPublic(response: Response): void {
  response.setHeader('access-control-allow-origin', '*');
}
