import { SLOT_ELEMENT } from '@tessera/contract';
import {
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  parse,
  html as parse5Html,
  parseFragment,
  serialize,
  serializeOuter,
} from 'parse5';
import { type HeadElement, headKey } from './head.ts';

// The only door to parse5 for fragments. Whatever a fragment sends, what comes out of here opens and closes its own
// elements and nothing else.

/** A fragment's HTML that stays in its slot, and what its document's head offers to the page. */
export interface Contained {
  readonly html: string;
  readonly head: readonly HeadElement[];
}

type Node = DefaultTreeAdapterTypes.ChildNode;
type ParentNode = DefaultTreeAdapterTypes.ParentNode;

/** Elements that would change the document around the slot. Their children stay, except for those of the second list. */
const UNWRAPPED = ['html', 'head', 'body', 'frameset', 'plaintext', SLOT_ELEMENT];
const DROPPED = ['base', 'title', 'frame'];
const HTML_NAMESPACE = parse5Html.NS.HTML;
/** Blink flattens what is nested deeper than 512 elements. */
const MAX_DEPTH = 400;
/** Parsing and serialising moves some svg and math shapes; two rounds settle all known ones. */
const MAX_ROUNDS = 6;

/**
 * Repairs a fragment's HTML until parsing it gives itself: elements closed, stray end tags gone, without what would
 * act outside its slot. Of a whole document the body is taken. Answers a reason where there is no such HTML.
 */
export function contain(text: string): Contained | string {
  const source = text.replaceAll('\0', '');
  let head: HeadElement[] = [];
  let html = source;
  if (/^\s*(<!--[\s\S]*?-->\s*)*<(!doctype|html|head|body)[\s>]/i.test(source)) {
    const document = parse(source, { scriptingEnabled: false });
    head = headElements(document);
    const body = elements(document).find(({ tagName }) => tagName === 'body');
    html = body ? serialize(body, { scriptingEnabled: false }) : '';
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const off = repair(html, false);
    // To a browser with scripts what stands in <noscript> is text, which may end earlier: both readings must agree.
    const repaired = off !== undefined && /<noscript/i.test(off) ? repair(off, true) : off;
    if (repaired === undefined) return `it nests more than ${MAX_DEPTH} elements`;
    if (off === html && repaired === html) return { html, head };
    html = repaired;
  }
  return 'its markup changes each time it is parsed';
}

/** Parses, cleans and serialises once; undefined when it nests too deep. */
function repair(html: string, scriptingEnabled: boolean): string | undefined {
  // As the child of an ordinary element: without a context, table rows at the top would count as well-formed.
  const context = defaultTreeAdapter.createElement('div', HTML_NAMESPACE, []);
  const tree = parseFragment(context, html, { scriptingEnabled });
  return clean(tree, 0) ? serialize(tree, { scriptingEnabled }) : undefined;
}

/** Removes what must not stand in a slot; false when the tree is too deep. */
function clean(parent: ParentNode, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  const kept: Node[] = [];
  const take = (nodes: readonly Node[]) => {
    for (const node of nodes) {
      if (node.nodeName === '#documentType') continue;
      if (!('tagName' in node) || node.namespaceURI !== HTML_NAMESPACE) kept.push(node);
      else if (UNWRAPPED.includes(node.tagName)) take(node.childNodes);
      else if (!DROPPED.includes(node.tagName) && !isForbidden(node, depth)) kept.push(node);
    }
  };
  take(parent.childNodes);
  parent.childNodes = kept;
  for (const node of kept) {
    node.parentNode = parent;
    if ('tagName' in node && !clean(node, depth + 1)) return false;
    if ('content' in node && !clean(node.content, depth + 1)) return false;
  }
  return true;
}

function isForbidden({ tagName, attrs }: DefaultTreeAdapterTypes.Element, depth: number): boolean {
  const has = (name: string) => attrs.some((attribute) => attribute.name === name);
  if (tagName === 'meta') return has('http-equiv') || has('charset');
  // At the top it would make a shadow host of the slot itself.
  return tagName === 'template' && depth === 0 && has('shadowrootmode');
}

function headElements(document: DefaultTreeAdapterTypes.Document): HeadElement[] {
  const head = elements(document).find(({ tagName }) => tagName === 'head');
  return elements(head).flatMap((element) => {
    const key = headKey(
      element.tagName,
      new Map(element.attrs.map(({ name, value }) => [name, value])),
    );
    return key ? [{ key, html: serializeOuter(element, { scriptingEnabled: false }) }] : [];
  });
}

function elements(parent: ParentNode | undefined): DefaultTreeAdapterTypes.Element[] {
  return (parent?.childNodes ?? []).flatMap((node): DefaultTreeAdapterTypes.Element[] =>
    'tagName' in node ? [node, ...(node.tagName === 'html' ? elements(node) : [])] : [],
  );
}
