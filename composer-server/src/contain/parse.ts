import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  type ParserOptions,
  parse,
  html as parse5Html,
  parseFragment,
  serialize,
  serializeOuter,
  type TreeAdapter,
} from 'parse5';
import { MAX_ATTRIBUTES, MAX_DEPTH, MAX_REPAIRED_ELEMENTS, MAX_REPAIRED_LENGTH } from './limits.ts';

// The only door to parse5 for fragments.

export type HtmlNode = DefaultTreeAdapterTypes.ChildNode;
export type HtmlElement = DefaultTreeAdapterTypes.Element;
export type HtmlParent = DefaultTreeAdapterTypes.ParentNode;

const HTML_NAMESPACE = parse5Html.NS.HTML;

/** Thrown out of a parse that would cost too much; the message says why, for the end of a sentence. */
export class TooCostly extends Error {}

/** Gets the code of each mistake in the source, as the HTML standard names it (§13.2.2). */
export type MistakeListener = (code: string) => void;

/**
 * Parses HTML as the content of an ordinary element: without a context, table rows at the top would count as well-formed.
 * Throws TooCostly.
 */
export function parseContent(
  html: string,
  scriptingEnabled: boolean,
  onMistake?: MistakeListener,
): HtmlParent {
  const context = defaultTreeAdapter.createElement('div', HTML_NAMESPACE, []);
  return parseFragment(context, html, parserOptions(scriptingEnabled, onMistake));
}

/** Parses a whole document, read without scripts. Throws TooCostly. */
export function parseDocument(html: string, onMistake: MistakeListener): HtmlParent {
  return parse(html, parserOptions(false, onMistake));
}

/** The node's content as HTML that gives the same content when it is parsed, where there is any. */
export function toHtml(parent: HtmlParent, scriptingEnabled: boolean): string {
  return serialize(parent, { scriptingEnabled });
}

/** The element itself as HTML, read without scripts. */
export function outerHtml(element: HtmlElement): string {
  return serializeOuter(element, { scriptingEnabled: false });
}

export function isHtml(node: HtmlNode): node is HtmlElement {
  return 'tagName' in node && node.namespaceURI === HTML_NAMESPACE;
}

export function attribute({ attrs }: HtmlElement, name: string): string | undefined {
  return attrs.find((attr) => attr.name === name)?.value;
}

function parserOptions(
  scriptingEnabled: boolean,
  onMistake: MistakeListener | undefined,
): ParserOptions<DefaultTreeAdapterMap> {
  return {
    scriptingEnabled,
    onParseError: onMistake ? ({ code }) => onMistake(code) : null,
    // What has no end tag was left open.
    sourceCodeLocationInfo: onMistake !== undefined,
    treeAdapter: limitedTree(),
  };
}

/**
 * parse5's own tree within limits. Misnested elements are opened again and again, `<b>` in each paragraph that follows, so
 * that a short text can become a tree of any size; only an exception ends a parse.
 */
function limitedTree(): TreeAdapter<DefaultTreeAdapterMap> {
  let depth = 0;
  let elements = 0;
  let length = 0;
  return {
    ...defaultTreeAdapter,
    createElement(tagName, namespace, attrs) {
      for (const { name, value } of attrs) length += name.length + value.length;
      if (attrs.length > MAX_ATTRIBUTES)
        throw new TooCostly(`an element has more than ${MAX_ATTRIBUTES} attributes`);
      if (length > MAX_REPAIRED_LENGTH) throw tooLong();
      if (++elements > MAX_REPAIRED_ELEMENTS)
        throw new TooCostly(`repaired it would have more than ${MAX_REPAIRED_ELEMENTS} elements`);
      return defaultTreeAdapter.createElement(tagName, namespace, attrs);
    },
    onItemPush() {
      // Some more than in the tree: the context, and html and body of a document.
      if (++depth > MAX_DEPTH + 4) throw tooDeep();
    },
    onItemPop() {
      depth--;
    },
  };
}

export function tooDeep(): TooCostly {
  return new TooCostly(`it nests more than ${MAX_DEPTH} elements`);
}

export function tooLong(): TooCostly {
  return new TooCostly(`repaired it would have more than ${MAX_REPAIRED_LENGTH} characters`);
}
