import { type HeadElement, headKey } from '../head.ts';
import {
  type HtmlElement,
  type HtmlNode,
  type HtmlParent,
  type MistakeListener,
  outerHtml,
  parseDocument,
  toHtml,
} from './parse.ts';
import { mistake, type Repair } from './repair.ts';
import { isWellFormed } from './verify.ts';

/** What a whole document gives: its body's content for the slot, not yet contained, and what its head offers to the page. */
export interface WholeDocument {
  readonly body: string;
  readonly head: readonly HeadElement[];
}

/** White space, a comment or an XML declaration, as it may stand before a document begins. */
const PREAMBLE = /\s+|<!--(?:-?>|[\s\S]*?--!?>)|<\?[^>]*>/y;
const DOCUMENT_START = /<(?:!doctype|html|head|body)[\s/>]/iy;

/** Whether the text is a whole document rather than a piece of one. */
export function isDocument(text: string): boolean {
  let at = 0;
  // One piece at a time: one pattern for all of them takes exponential time.
  for (;;) {
    PREAMBLE.lastIndex = at;
    if (!PREAMBLE.test(text)) break;
    at = PREAMBLE.lastIndex;
  }
  DOCUMENT_START.lastIndex = at;
  return DOCUMENT_START.test(text);
}

/** Takes a whole document apart. Adds to `repairs` what was wrong with it. Throws TooCostly. */
export function readDocument(text: string, repairs: Set<Repair>): WholeDocument {
  const note = (code: string) => {
    if (!/doctype/.test(code)) repairs.add(mistake(code));
  };
  const written = bodyAsWritten(text, note);
  if (written) return written;
  const { body, head } = parts(parseDocument(text, note));
  return { body: body ? toHtml(body, { scriptingEnabled: false }) : '', head };
}

const BODY_START = /<body(?:\s[^<>"']*(?:"[^"<>]*"[^<>"']*)*)?>/i;
const BODY_END = /<\/body>\s*<\/html>\s*$/i;

/**
 * The body byte for byte, where it is well-formed and stands between its own tags: only the head is parsed. Undefined where the
 * first `<body>` in the text is not the document's, but stands in a comment, say.
 */
function bodyAsWritten(text: string, note: MistakeListener): WholeDocument | undefined {
  const start = BODY_START.exec(text);
  const end = BODY_END.exec(text);
  if (!start || !end) return undefined;
  const at = start.index + start[0].length;
  const written = text.slice(at, end.index);
  if (end.index < at || !isWellFormed(Buffer.from(written))) return undefined;
  const { body, head } = parts(parseDocument(text.slice(0, at), note));
  const isOwn = body?.sourceCodeLocation?.startOffset === start.index && !body.childNodes.length;
  return isOwn ? { body: written, head } : undefined;
}

function parts(document: HtmlParent) {
  const [html] = children(document, 'html');
  const [head] = html ? children(html, 'head') : [];
  const [body] = html ? children(html, 'body') : [];
  return { body, head: head?.childNodes.flatMap(headElement) ?? [] };
}

function headElement(node: HtmlNode): HeadElement[] {
  if (!('tagName' in node)) return [];
  const attributes = new Map(node.attrs.map(({ name, value }) => [name, value]));
  const key = headKey(node.tagName, attributes);
  if (!key) return [];
  for (const child of node.childNodes) {
    // In JSON it can only stand in a string; as it is, `<!--<script>` would keep the element open to the page's end.
    if (node.tagName === 'script' && 'value' in child)
      child.value = child.value.replaceAll('<', '\\u003c');
  }
  return [{ key, html: outerHtml(node) }];
}

function children(parent: HtmlParent, tag: string): HtmlElement[] {
  return parent.childNodes.filter(
    (node): node is HtmlElement => 'tagName' in node && node.tagName === tag,
  );
}
