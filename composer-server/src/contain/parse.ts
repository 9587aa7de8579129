import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
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

/** Gets the code of each mistake in the source, as the HTML standard names it (§13.2.2). */
export type MistakeListener = (code: string) => void;

/** Thrown out of a parse that would cost too much; the message says why, for the end of a sentence. */
export class TooCostly extends Error {}

export const tooDeep = () => new TooCostly(`it nests more than ${MAX_DEPTH} elements`);
export const tooLong = () =>
  new TooCostly(`repaired it would have more than ${MAX_REPAIRED_LENGTH} characters`);

const HTML_NAMESPACE = parse5Html.NS.HTML;

/** Whether `<noscript>` holds text, as in a browser with scripts, or elements. */
interface Reading {
  readonly scriptingEnabled: boolean;
  /** Whether elements know where they stand in the source. */
  readonly sourceCodeLocationInfo?: boolean;
}

/** Parses HTML as the content of an ordinary element. Throws TooCostly. */
export function parseContent(
  html: string,
  reading: Reading,
  onMistake?: MistakeListener,
): HtmlParent {
  return parseFragment(aDiv(), html, { ...reading, ...limited(onMistake) });
}

/** The same without limits, for HTML whose every element is closed where it was opened. */
export function parseContained(html: string, reading: Reading): HtmlParent {
  return parseFragment(aDiv(), html, { ...reading });
}

/** Parses a whole document, read without scripts. Throws TooCostly. */
export function parseDocument(html: string, onMistake: MistakeListener): HtmlParent {
  return parse(html, { scriptingEnabled: false, ...limited(onMistake) });
}

/** The content of a node as HTML. Parsed again it gives the same, but for some shapes of svg and math. */
export function toHtml(parent: HtmlParent, reading: Reading): string {
  return serialize(parent, { ...reading, treeAdapter: WRITTEN_TREE });
}

/** The element itself as HTML, read without scripts. */
export function outerHtml(element: HtmlElement): string {
  return serializeOuter(element, { scriptingEnabled: false, treeAdapter: WRITTEN_TREE });
}

export function isHtml(node: HtmlNode): node is HtmlElement {
  return 'tagName' in node && node.namespaceURI === HTML_NAMESPACE;
}

export function attribute({ attrs }: HtmlElement, name: string): string | undefined {
  return attrs.find((attr) => attr.name === name)?.value;
}

/** Without a context, table rows at the top would count as well-formed. */
function aDiv(): HtmlElement {
  return defaultTreeAdapter.createElement('div', HTML_NAMESPACE, []);
}

/** A parser drops the first newline in some elements; where one is to stay it must be written twice. */
const WRITTEN_TREE: TreeAdapter<DefaultTreeAdapterMap> = {
  ...defaultTreeAdapter,
  getTextNodeContent(text) {
    const { parentNode: parent, value } = text;
    if (!value.startsWith('\n') || !parent || parent.childNodes[0] !== text) return value;
    return isNewlineDropped(parent) ? `\n${value}` : value;
  },
};

function isNewlineDropped(parent: HtmlParent): boolean {
  return 'tagName' in parent && isHtml(parent) && /^(pre|textarea|listing)$/.test(parent.tagName);
}

/**
 * Options for parse5's own tree within limits. Misnested elements are opened again and again, a `<b>` in each paragraph that
 * follows, so that a short text can become a tree of any size; only an exception ends a parse.
 */
function limited(onMistake: MistakeListener | undefined) {
  let depth = 0;
  let elements = 0;
  let length = 0;
  const treeAdapter: TreeAdapter<DefaultTreeAdapterMap> = {
    ...defaultTreeAdapter,
    createElement(tagName, namespace, attrs) {
      if (++elements > MAX_REPAIRED_ELEMENTS)
        throw new TooCostly(`repaired it would have more than ${MAX_REPAIRED_ELEMENTS} elements`);
      if (attrs.length > MAX_ATTRIBUTES)
        throw new TooCostly(`an element has more than ${MAX_ATTRIBUTES} attributes`);
      for (const { name, value } of attrs) length += name.length + value.length;
      if (length > MAX_REPAIRED_LENGTH) throw tooLong();
      return defaultTreeAdapter.createElement(tagName, namespace, attrs);
    },
    onItemPush() {
      // Some more than in the tree: html and body around it.
      if (++depth > MAX_DEPTH + 4) throw tooDeep();
    },
    onItemPop() {
      depth--;
    },
  };
  return {
    treeAdapter,
    onParseError: onMistake ? ({ code }: { code: string }) => onMistake(code) : null,
    // Tells elements that have an end tag from those that were left open.
    sourceCodeLocationInfo: onMistake !== undefined,
  };
}
