import {
  type ForwardPolicy,
  isFragmentName,
  type MountTrigger,
  type ParamsSpec,
} from '@tessera/contract';
import type { Request, Response } from 'express';
import { invalidFragment } from './errors.ts';
import type { AnyParams, PatternParams } from './param-types.ts';

/** What `render` gets: who asks for what. */
export interface RenderContext<
  P = Readonly<Record<string, string | number | boolean | undefined>>,
> {
  /** The fragment's name. */
  readonly name: string;
  /** The params of `content`, checked and typed by `params`. */
  readonly params: P;
  /** The whole query of the request; in a page only what `content` and `forward.query` name. */
  readonly query: URLSearchParams;
  /** The fragment's base URL in the browser, ends with `/`. Start the URLs of forms, images and links with it. */
  readonly base: string;
  /** The content's path and query below the base, for example `mug-1` or `list?q=mug`: encoded, so that `${base}${path}` may stand in a quoted attribute. */
  readonly path: string;
  /** True when a person opened the service itself; false inside a composed page. */
  readonly standalone: boolean;
  /** Aborts when nobody waits for the answer any more; give it to fetch and to queries. */
  readonly signal: AbortSignal;
  readonly request: Request;
}

/** HTML in UTF-8, at once or as it comes: text, a Node or web stream, or any async iterable. */
export type Html = string | AsyncIterable<string | Uint8Array>;

/** What the fragment asks of the page's `<head>` when it is the page's primary. Everything is escaped. */
export interface FragmentHead {
  readonly title?: string;
  /** One `<meta>` each, for example `{ name: 'description', content: '…' }`. */
  readonly meta?: readonly Readonly<Record<string, string>>[];
  /** One `<link>` each, for example `{ rel: 'canonical', href: '…' }`. */
  readonly links?: readonly Readonly<Record<string, string>>[];
  /** Structured data as JSON-LD. */
  readonly jsonLd?: object;
}

/** The long form of what `render` returns. */
export interface RenderedFragment {
  readonly html: Html;
  /** For a page's primary. A string is raw HTML. */
  readonly head?: FragmentHead | string;
  /** Default 200. A page's primary gives its 3xx and 4xx to the page. */
  readonly status?: number;
  /** The widget's props in the browser; without them the widget gets the typed params. Must survive JSON. */
  readonly props?: object;
  /** More response headers, for example `location` or `set-cookie`. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** HTML, its long form, or undefined to leave the slot empty (204). */
export type RenderResult = Html | RenderedFragment | undefined;

/** How long answers may be stored, in milliseconds; HTTP knows whole seconds, the rest is cut off. */
export interface CachePolicy {
  readonly maxAgeMs: number;
  /** How much longer an outdated copy may be served while one request fetches a new one. Default 0. */
  readonly staleWhileRevalidateMs?: number;
  /** How much longer an outdated copy may be served while the service fails. Default 0. */
  readonly staleIfErrorMs?: number;
}

/** What an action gets besides Express' request and response. */
export interface ActionContext<P = AnyParams> {
  /** The params in the action's path, checked and typed by `params`. */
  readonly params: P;
  /** The fragment's base URL in the browser, ends with `/`. */
  readonly base: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** An Express handler for one method and path. JSON and form bodies are parsed into `request.body`. */
export type Action<P> = (
  request: Request,
  response: Response,
  context: ActionContext<P>,
) => unknown;

/** The path in `'POST :sku'`; without a method it is a GET. */
type ActionPath<Key extends string> = Key extends `${string} ${infer Path}` ? Path : Key;

/** A fragment, as its team writes it down. Only `name` and `version` are required. */
export interface FragmentDefinition<
  Content extends string = string,
  Params extends ParamsSpec = ParamsSpec,
  ActionKey extends string = string,
> {
  /** `[a-z][a-z0-9-]*`; also its path in the service, `/<name>/`. */
  readonly name: string;
  /** Changes with every release that changes HTML or widget. */
  readonly version: string;
  /** Who answers for it. Default: the name. */
  readonly team?: string;
  /** The path of its HTML below the base: `':sku'`, `'list?q=:q'`, `''`. Needs `render`. */
  readonly content?: Content;
  /** Types and rules of the params. A param without a spec is a string. */
  readonly params?: Params;
  /** How long a page waits for the content, unless its slot says otherwise. Default 1000. */
  readonly timeoutMs?: number;
  /** How long the composer waits for an action. Default 15000. */
  readonly actionTimeoutMs?: number;
  /** What comes up from the visitor's request. Nothing by default. Named headers and cookies are added to `vary`. */
  readonly forward?: Partial<ForwardPolicy>;
  /** Names of the cookies that it may set. */
  readonly setCookies?: readonly string[];
  /** Foreign origins whose pages may call its actions. */
  readonly cors?: readonly string[];
  /** The output folder of the Vite preset, for example `new URL('./dist/', import.meta.url)`. */
  readonly build?: URL;
  /** Stylesheets of a fragment without a build: each is served as `assets/<name>-<hash>.css` and linked. */
  readonly styles?: URL | readonly URL[];
  /** A folder whose files are served below `assets/` under their own names. */
  readonly assets?: URL;
  /** The browser half; needs `build`. */
  readonly remote?: {
    /** The exposed module. Default `./widget`. */
    readonly module?: string;
    /** When a slot starts it, unless the slot says otherwise. Default `none`. */
    readonly mount?: MountTrigger;
    /** How long the shell waits for it. Default 5000. */
    readonly timeoutMs?: number;
  };
  /** How long the content may be stored. Default `private`: for this visitor only, asked again every time. */
  readonly cache?:
    | 'private'
    | (CachePolicy & {
        /** Labels to purge by (RFC 9875), for example `` ({ params }) => [`product-${params.sku}`] ``. */
        groups?(
          context: RenderContext<PatternParams<NoInfer<Content>, NoInfer<Params>>>,
        ): readonly string[];
      });
  /** HTML for pages that cannot have the content. The composer keeps a copy and never waits for it. */
  fallback?(): string | Promise<string>;
  /**
   * Everything else it answers, by method and path: `'POST :sku'`, `'GET api/:sku/price'`. Pages reach them below the
   * base; GET paths below `assets/` are public files made by code, for example `'GET assets/pictures/:file'`.
   */
  readonly actions?: {
    readonly [Key in ActionKey]: Action<PatternParams<ActionPath<Key>, NoInfer<Params>>>;
  };
  /** Makes the content. Throw `notFound()` for a thing that does not exist. */
  render?(
    context: RenderContext<PatternParams<NoInfer<Content>, NoInfer<Params>>>,
  ): RenderResult | Promise<RenderResult>;
}

/** A fragment, ready for `serveFragments`. */
export type Fragment = FragmentDefinition;

/**
 * Describes a fragment; the params' types follow from `content` and `params`.
 *
 * Throws a CompositionError for what can be seen without the disk; the rest is checked by `serveFragments`.
 */
export function defineFragment<
  const Content extends string = never,
  const Params extends ParamsSpec = Record<never, never>,
  const ActionKey extends string = never,
>(definition: FragmentDefinition<Content, Params, ActionKey>): Fragment {
  const { name, content, render, remote, build } = definition;
  if (!isFragmentName(name)) {
    throw invalidFragment(name, 'name', 'lower-case letters, digits and "-"', name);
  }
  if ((content === undefined) !== (render === undefined)) {
    throw invalidFragment(name, 'content', '"content" and "render" together, or neither', content);
  }
  if (remote && !build) {
    throw invalidFragment(name, 'build', 'the folder of the Vite build, for "remote"', build);
  }
  return Object.freeze(definition as unknown as Fragment);
}
