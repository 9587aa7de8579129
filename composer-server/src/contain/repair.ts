import { SLOT_ELEMENT } from '@tessera/contract';
import { MAX_DEPTH, MAX_REPAIRED_LENGTH } from './limits.ts';
import {
  attribute,
  type HtmlElement,
  type HtmlNode,
  type HtmlParent,
  isHtml,
  parseContent,
  toHtml,
  tooDeep,
  tooLong,
} from './parse.ts';
import { isWellFormed } from './verify.ts';

/**
 * What was done to a fragment's HTML: `unclosed`, elements that were left open; `truncated`, it ended within a tag, comment or
 * script; `syntax`, another mistake in its tags or references; `nul`, U+0000 removed; `slot-tags`, `<fragment-slot>` tags
 * removed; `forbidden:<name>`, tags that act outside a slot removed; `reparsed`, only what a parser would have done.
 */
export type Repair =
  | 'unclosed'
  | 'truncated'
  | 'syntax'
  | 'nul'
  | 'slot-tags'
  | 'reparsed'
  | `forbidden:${string}`;

/** Elements that would change the document around the slot. Their children stay, except for those of the second list. */
const UNWRAPPED = ['html', 'head', 'body', 'frameset', 'plaintext'];
const DROPPED = ['base', 'title', 'frame'];
/** Metadata that browsers apply to the document wherever it stands. */
const DOCUMENT_METADATA = /^\s*(viewport|referrer|color-scheme|theme-color)\s*$/i;
/** The end tag may be left out, or there is none. */
const WITHOUT_END_TAG =
  /^(li|dt|dd|p|r[tpb]|rtc|opt(ion|group)|col(group)?|caption|t(head|body|foot|r|d|h)|area|br|embed|hr|img|input|link|meta|param|source|track|wbr|keygen|basefont|bgsound)$/;
/** Parsing and serialising moves some svg and math shapes; two rounds settle all known ones. */
const MAX_ROUNDS = 6;

/**
 * Repairs HTML until parsing it gives itself: elements closed, stray end tags gone, without what would act outside its slot.
 * Adds to `repairs` what it did; undefined where there is no such HTML. Throws TooCostly.
 */
export function repair(text: string, repairs: Set<Repair>): string | undefined {
  let html = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (isWellFormed(Buffer.from(html))) return html;
    const off = reparse(html, false, repairs, round === 0);
    // To a browser with scripts what stands in <noscript> is text, which may end earlier: both readings must agree.
    const repaired = /<noscript/i.test(off) ? reparse(off, true, repairs, false) : off;
    if (off === html && repaired === html) return html;
    html = repaired;
  }
  return undefined;
}

/** Parses, cleans and serialises once. */
function reparse(
  html: string,
  scriptingEnabled: boolean,
  repairs: Set<Repair>,
  noteMistakes: boolean,
): string {
  const note = (code: string) => void repairs.add(mistake(code));
  const tree = parseContent(html, { scriptingEnabled }, noteMistakes ? note : undefined);
  clean(tree, 0, repairs);
  const repaired = toHtml(tree, { scriptingEnabled });
  if (repaired.length > MAX_REPAIRED_LENGTH) throw tooLong();
  return repaired;
}

/** A parse error of the HTML standard (§13.2.2), by the kind of repair that it takes. */
export function mistake(code: string): Repair {
  if (/^open-elements-left|with-open-child-elements$/.test(code)) return 'unclosed';
  return code.startsWith('eof-') ? 'truncated' : 'syntax';
}

/** Removes what must not stand in a slot. Throws TooCostly for a tree that is too deep. */
function clean(parent: HtmlParent, depth: number, repairs: Set<Repair>): void {
  if (depth > MAX_DEPTH) throw tooDeep();
  const kept: HtmlNode[] = [];
  const take = (nodes: readonly HtmlNode[]) => {
    for (const node of nodes) {
      if (node.nodeName === '#documentType') repairs.add('forbidden:doctype');
      else if (!('tagName' in node)) kept.push(node);
      else if (node.tagName === SLOT_ELEMENT) {
        // In svg and math too: the late fragment of another slot could end up there.
        repairs.add('slot-tags');
        take(node.childNodes);
      } else if (isForbidden(node, depth)) {
        repairs.add(`forbidden:${node.tagName}`);
        if (UNWRAPPED.includes(node.tagName)) take(node.childNodes);
      } else kept.push(node);
    }
  };
  take(parent.childNodes);
  parent.childNodes = kept;
  for (const node of kept) {
    node.parentNode = parent;
    if (!('tagName' in node)) continue;
    if (isLeftOpen(node)) repairs.add('unclosed');
    clean(node, depth + 1, repairs);
    if ('content' in node) clean(node.content, depth + 1, repairs);
  }
}

function isForbidden(node: HtmlElement, depth: number): boolean {
  const { tagName } = node;
  if (!isHtml(node)) return false;
  if (UNWRAPPED.includes(tagName) || DROPPED.includes(tagName)) return true;
  if (tagName === 'meta') {
    return (
      attribute(node, 'http-equiv') !== undefined ||
      attribute(node, 'charset') !== undefined ||
      DOCUMENT_METADATA.test(attribute(node, 'name') ?? '')
    );
  }
  // At the top it would make a shadow host of the slot itself.
  return tagName === 'template' && depth === 0 && attribute(node, 'shadowrootmode') !== undefined;
}

/** Whether its end tag was missing in the source. */
function isLeftOpen(node: HtmlElement): boolean {
  const location = node.sourceCodeLocation;
  return Boolean(
    location?.startTag && !location.endTag && isHtml(node) && !WITHOUT_END_TAG.test(node.tagName),
  );
}
