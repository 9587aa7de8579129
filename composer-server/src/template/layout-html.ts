import { SLOT_ELEMENT } from '@tessera/contract';
import { isDocument } from '../contain/document.ts';
import { layoutSlotMisplaced, layoutSlotNotClosed, templateAmbiguous } from '../errors.ts';
import type { TemplateSource } from './template-source.ts';
import {
  checkAgreement,
  elementsByRange,
  type Range,
  readByStandard,
  topLevelByRange,
} from './two-parsers.ts';
import { checkWellFormed } from './well-formed.ts';

/** A `<slot>` of a layout, and what stands between its tags: its default content. */
export interface LayoutSlot extends Range {
  readonly name: string;
  readonly inner: Range;
}

/** A node at the top level of a page, and the `slot` attribute that it carries. */
export interface TopLevelNode extends Range {
  readonly slot: string | undefined;
  readonly blank: boolean;
}

/** In these a `<slot>` is text, or is dropped; between table parts it is moved elsewhere. */
const NO_PLACE = 'script style title textarea select option optgroup xmp iframe noembed'.split(' ');
const TABLE_PARTS = ['table', 'tbody', 'thead', 'tfoot', 'tr', 'colgroup'];
/** A `<slot>` inside these is not the layout's: it belongs to a shadow root, or is default content of another. */
const OF_ITS_OWN = ['template', 'slot', SLOT_ELEMENT];

/** The `<slot>`s of a layout; throws an error with its file, line and column where one cannot work. */
export function readLayoutSlots(source: TemplateSource): LayoutSlot[] {
  const isOurs = ({ ancestors }: { ancestors: readonly string[] }) =>
    !ancestors.some((tag) => OF_ITS_OWN.includes(tag));
  const reading = readByStandard(source.text);
  refuseInText(source, reading.elements);
  const ranged = elementsByRange(source.text, 'slot').filter(isOurs);
  for (const { element, ancestors } of ranged) {
    const nearest = ancestors.find((tag) => NO_PLACE.includes(tag) || isTablePart(tag));
    if (nearest && !isCell(nearest)) {
      throw layoutSlotMisplaced(source.place(element.range[0]), nearest);
    }
  }
  const slots = reading.elements
    .filter((placed) => placed.element.tagName === 'slot' && isOurs(placed))
    .map(({ element }) => {
      const {
        startOffset: start = 0,
        endOffset: end = 0,
        startTag,
        endTag,
      } = element.sourceCodeLocation ?? {};
      if (!startTag || !endTag) throw layoutSlotNotClosed(source.place(start));
      const name = element.attrs.find((attribute) => attribute.name === 'name')?.value ?? '';
      const inner = { start: startTag.endOffset, end: endTag.startOffset };
      return { start, end, name, inner };
    });
  checkAgreement(source, 'slot', slots, ranged);
  return slots;
}

/** node-html-parser does not look into scripts and styles, and the standard takes what stands in a title for text. */
function refuseInText(
  source: TemplateSource,
  elements: ReturnType<typeof readByStandard>['elements'],
): void {
  for (const { element } of elements) {
    const at = element.sourceCodeLocation;
    if (!at?.startTag || !NO_PLACE.includes(element.tagName)) continue;
    const from = at.startTag.endOffset;
    const found = /<slot[\s/>]/i.exec(
      source.text.slice(from, at.endTag?.startOffset ?? at.endOffset),
    );
    if (found) throw layoutSlotMisplaced(source.place(from + found.index), element.tagName);
  }
}

const isCell = (tag: string) => ['td', 'th', 'caption'].includes(tag);
const isTablePart = (tag: string) => TABLE_PARTS.includes(tag) || isCell(tag);

/** Refuses a page for a layout that is a document of its own, or in which something stays open. */
export function checkPageOfLayout(source: TemplateSource, layout: string): void {
  if (isDocument(source.text)) {
    throw templateAmbiguous(
      source.place(0),
      `This page is a whole document, but it has the layout "${layout}", which brings html, head and body.`,
    );
  }
  checkWellFormed(source, readByStandard(source.text));
}

/** The top-level nodes of a page that a layout takes apart, covering its text without gaps. */
export function readTopLevel(source: TemplateSource): TopLevelNode[] {
  const nodes: TopLevelNode[] = [];
  let end = 0;
  const rest = (until: number) => {
    if (until <= end) return;
    const blank = !source.text.slice(end, until).trim();
    nodes.push({ start: end, end: until, slot: undefined, blank });
  };
  for (const element of topLevelByRange(source.text)) {
    const slot = element.getAttribute('slot');
    if (slot === undefined) continue;
    rest(element.range[0]);
    nodes.push({ start: element.range[0], end: element.range[1], slot, blank: false });
    end = element.range[1];
  }
  rest(source.text.length);
  return nodes;
}
