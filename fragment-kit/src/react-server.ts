import { type ComponentType, createElement } from 'react';
import { renderToString } from 'react-dom/server';
import type { FragmentHead, RenderContext, RenderedFragment } from './define.ts';
import { buildMissing, noServerComponent } from './errors.ts';
import { identifierPrefix } from './identifier-prefix.ts';
import { notFound } from './not-found.ts';

export interface ReactServerOptions<Params, Props extends object> {
  /** Makes the component's props, or undefined for a thing that does not exist (404). Default: the params. */
  props?(context: RenderContext<Params>): Props | undefined | Promise<Props | undefined>;
  /** What the page's head becomes when the fragment is its primary. */
  head?(props: NoInfer<Props>, context: RenderContext<Params>): FragmentHead | string;
}

/** Where the built component is: its URL, or a function that imports it. */
export type ReactServerSource<Props> =
  | URL
  | (() => Promise<{ readonly default: ComponentType<Props> }>);

/** React puts one before the HTML for every image that stands a few bytes further on; hydration does not miss them. */
const IMAGE_PRELOADS = /^(<link rel="preload" as="image"[^>]*\/>)+/;

/**
 * A `render` that renders the component which `vite build --ssr` made, and sends its props along for hydration:
 * `reactServer(new URL('./dist/server/Product.js', import.meta.url), { props: ({ params }) => productProps(params.sku) })`.
 *
 * The component is loaded with the first request. Props must survive JSON, since the browser gets them so.
 */
export function reactServer<Params, Props extends object>(
  source: ReactServerSource<Props>,
  options: ReactServerOptions<Params, Props> = {},
): (context: RenderContext<Params>) => Promise<RenderedFragment> {
  let loading: Promise<ComponentType<Props>> | undefined;
  return async (context) => {
    loading ??= loadComponent(context.name, source);
    const component = await loading;
    const props = options.props
      ? await options.props(context)
      : (context.params as object as Props);
    if (props === undefined) throw notFound();
    const html = renderToString(createElement(component, props), {
      identifierPrefix: identifierPrefix(context.name, context.path),
    });
    return {
      html: html.replace(IMAGE_PRELOADS, ''),
      props,
      ...(options.head ? { head: options.head(props, context) } : {}),
    };
  };
}

async function loadComponent<Props>(
  fragment: string,
  source: ReactServerSource<Props>,
): Promise<ComponentType<Props>> {
  const from = source instanceof URL ? source.href : 'its import';
  const load = source instanceof URL ? () => import(from) : source;
  const module = await load().catch((cause: unknown) => {
    const { code } = Object(cause) as { code?: unknown };
    throw code === 'ERR_MODULE_NOT_FOUND' ? buildMissing(fragment, from, cause) : cause;
  });
  if (!module.default) throw noServerComponent(from);
  return module.default;
}
