import { escapeHtml } from './html.ts';

/** Thrown by `render` or an action for a thing that does not exist. */
export class NotFoundError extends Error {
  /** The body of the 404. */
  readonly html: string;

  constructor(message: string, html: string) {
    super(message);
    this.name = 'NotFoundError';
    this.html = html;
  }
}

/**
 * The error to throw for a thing that does not exist: `throw notFound('There is no such mug.')`. It becomes a 404, with
 * the message (escaped) or `html` as its content; around a page's primary the page is composed with that status.
 */
export function notFound(
  message = 'There is nothing here under this address.',
  { html = `<section><h1>Not found</h1><p>${escapeHtml(message)}</p></section>` } = {},
): NotFoundError {
  return new NotFoundError(message, html);
}
