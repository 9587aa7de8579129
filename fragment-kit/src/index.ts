export { cacheAnswer, invalidateGroups } from './cache-headers.ts';
export type {
  Action,
  ActionContext,
  CachePolicy,
  Fragment,
  FragmentDefinition,
  FragmentHead,
  Html,
  RenderContext,
  RenderedFragment,
  RenderResult,
} from './define.ts';
export { defineFragment } from './define.ts';
export { escapeHtml } from './html.ts';
export { NotFoundError, notFound } from './not-found.ts';
export { redirectBack } from './redirect-back.ts';
export type { FragmentService, ServeOptions } from './serve.ts';
export { serveFragments } from './serve.ts';
