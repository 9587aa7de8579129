import { RESPONSE_HEADERS } from '@tessera/contract';
import type { Request, Response } from 'express';
import { NotFoundError } from './not-found.ts';

/** Where errors that are not the client's go. */
export type ErrorListener = (error: unknown, request: Request) => void;

const KEPT: readonly string[] = [RESPONSE_HEADERS.version, 'vary', 'x-content-type-options'];

/**
 * Answers a request that failed: what does not exist is a 404, a bad body a 4xx, everything else a 500 that tells nothing
 * of the inside and goes to `onError`. Content fails with a short text, actions with JSON and a code.
 */
export function answerFailure(
  error: unknown,
  kind: 'content' | 'action',
  onError: ErrorListener,
  request: Request,
  response: Response,
): void {
  const gone = response.destroyed && !response.writableFinished;
  const status = failureStatus(error);
  if (status === 500 && !gone) onError(error, request);
  if (gone) return;
  if (response.headersSent) {
    // A cut connection says that the body is incomplete; ending it would present half a fragment as a whole one.
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) {
    if (!KEPT.includes(name)) response.removeHeader(name);
  }
  response.status(status).setHeader('cache-control', 'no-store');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (error instanceof NotFoundError && isRead && request.accepts(['html', 'json']) === 'html') {
    response.type('html').send(error.html);
  } else if (kind === 'content') {
    response.type('text').send('This fragment could not be rendered.');
  } else {
    response.json({ error: { code: failureCode(error, status), message: message(error, status) } });
  }
}

function failureStatus(error: unknown): number {
  if (error instanceof NotFoundError) return 404;
  const { status } = Object(error) as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function failureCode(error: unknown, status: number): string {
  if (error instanceof NotFoundError) return 'NOT_FOUND';
  if (status === 413) return 'BODY_TOO_LARGE';
  return status === 500 ? 'ACTION_FAILED' : 'REQUEST_INVALID';
}

function message(error: unknown, status: number): string {
  return status === 500 || !(error instanceof Error) ? 'The action failed.' : error.message;
}
