import { REQUEST_HEADERS, resolveParams } from '@tessera/contract';
import type { Request, Response } from 'express';
import { namedSpecs } from './actions.ts';
import { cacheControl, cacheGroups, varyHeader } from './cache-headers.ts';
import type { RenderContext, RenderedFragment, RenderResult } from './define.ts';
import { composedFrame, type Frame, standaloneFrame } from './document.ts';
import { propsScript } from './html.ts';
import { NotFoundError, notFound } from './not-found.ts';
import type { AnyParams } from './param-types.ts';
import type { PublishedFragment } from './published-fragment.ts';
import { sendHtml } from './send-html.ts';

/** What a request for content is about. */
export interface ContentRequest {
  /** Raw params: from the path, and from those query names that the content's pattern has. */
  readonly raw: Readonly<Record<string, string | undefined>>;
  readonly base: string;
  readonly signal: AbortSignal;
}

/** Renders the content and answers with it. Rejects when `render` fails before anything was sent. */
export async function answerContent(
  published: PublishedFragment,
  { raw, base, signal }: ContentRequest,
  request: Request,
  response: Response,
): Promise<void> {
  const { fragment } = published;
  const context = {
    name: fragment.name,
    query: new URL(request.url, 'http://localhost').searchParams,
    base,
    path: request.url.slice(1).replace(/["<>]/g, encodeURIComponent),
    standalone: request.get(REQUEST_HEADERS.base) === undefined,
    signal,
    request,
  };
  response.vary(varyHeader(fragment));
  try {
    const params = contentParams(published, raw);
    const result = await fragment.render?.({ ...context, params });
    await answerResult(published, { ...context, params }, result, request, response);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    response.status(404).setHeader('cache-control', 'no-store');
    await sendHtml(request, response, error.html, frameFor(published, context, undefined));
  }
}

function contentParams({ fragment, manifest }: PublishedFragment, raw: ContentRequest['raw']) {
  const specs = namedSpecs(fragment.params ?? {}, manifest.parsed.content?.names ?? []);
  const resolved = resolveParams(specs, raw);
  if (!resolved.ok) throw notFound(`The param "${resolved.param}" ${resolved.reason}.`);
  return resolved.params as AnyParams;
}

async function answerResult(
  published: PublishedFragment,
  context: RenderContext,
  result: RenderResult,
  request: Request,
  response: Response,
): Promise<void> {
  const { fragment } = published;
  const rendered: RenderedFragment = isRendered(result) ? result : { html: result ?? '' };
  const { html, head, status = 200, props, headers = {} } = rendered;
  response.status(result === undefined ? 204 : status);
  const groups = cacheGroups(fragment, context);
  if (groups !== undefined) response.setHeader('cache-groups', groups);
  // An error or a redirect is about this moment; a stored one would outlive its reason.
  response.setHeader('cache-control', status < 300 ? cacheControl(fragment.cache) : 'no-store');
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'vary') response.vary([value].flat().join(', '));
    else response.setHeader(name, value);
  }
  if (result === undefined) {
    response.end();
    return;
  }
  const { before, after } = frameFor(published, context, head);
  const script = props === undefined ? '' : propsScript(props);
  await sendHtml(request, response, html, { before, after: script + after });
}

function isRendered(result: RenderResult): result is RenderedFragment {
  return typeof result === 'object' && !(Symbol.asyncIterator in result);
}

function frameFor(
  { fragment, manifest }: PublishedFragment,
  { standalone, base }: { standalone: boolean; base: string },
  head: RenderedFragment['head'],
): Frame {
  if (!standalone) return composedFrame(head);
  const sheets = manifest.parsed.assets.filter(({ rel }) => rel === 'stylesheet');
  return standaloneFrame(
    fragment,
    head,
    sheets.map(({ href }) => base + href),
  );
}
