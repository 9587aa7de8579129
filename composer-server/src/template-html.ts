import { ERROR_TEMPLATE, SLOT_ELEMENT } from '@tessera/contract';
import { HTMLElement, parse as parseByRange } from 'node-html-parser';
import {
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  html,
  type ParserError,
  parse as parseByStandard,
  parseFragment as parseFragmentByStandard,
} from 'parse5';
import { isDocument } from './contain/document.ts';
import { slotMisplaced, slotNotClosed, templateAmbiguous } from './errors.ts';
import type { TemplateSource } from './template-source.ts';

// The only door to node-html-parser, whose ranges cut our templates. It guesses silently where markup is unclear, so the
// standard's algorithm (parse5) reads every template too and both must agree. Neither ever sees a fragment here.

/** A half-open range of UTF-16 offsets. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A `<fragment-slot>` as it stands in a template. */
export interface SlotElement extends Range {
  /** What stands between its tags. */
  readonly inner: Range;
  readonly attributes: ReadonlyMap<string, string>;
  /** Its `<template slot="error">` child and what stands inside that. */
  readonly errorTemplate: (Range & { readonly inner: Range }) | undefined;
}

/** What the composer needs to know of a template's HTML. */
export interface TemplateHtml {
  readonly slots: readonly SlotElement[];
  /** Where insertions go. */
  readonly headStart: number;
  readonly headEnd: number;
  readonly bodyEnd: number;
  /** The head's elements that a primary may replace. */
  readonly headElements: readonly (Range & {
    readonly tag: string;
    readonly attributes: ReadonlyMap<string, string>;
  })[];
}

/** A node at the top level of a page, and the `slot` attribute that it carries. */
export interface TopLevelNode extends Range {
  readonly slot: string | undefined;
  readonly blank: boolean;
}

type Element = DefaultTreeAdapterTypes.Element;
type ParentNode = DefaultTreeAdapterTypes.ParentNode;

/** Finds slots and insertion points; throws a template error with file, line and column where a slot cannot work. */
export function readTemplateHtml(source: TemplateSource): TemplateHtml {
  const mistakes: ParserError[] = [];
  const document = parseByStandard(source.text, {
    sourceCodeLocationInfo: true,
    scriptingEnabled: false,
    onParseError: (error) => mistakes.push(error),
  });
  const standard = [...walk(document, [])].filter(
    ({ element }) => element.tagName === SLOT_ELEMENT,
  );
  const slots = standard.map(({ element, ancestors }) => {
    const shadow = element.attrs.some(({ name }) => name === 'shadow');
    checkPlacement(source, element.sourceCodeLocation?.startOffset ?? 0, ancestors, shadow);
    return slotElement(source, element);
  });
  const ranged = elementsByRange(source.text, SLOT_ELEMENT);
  for (const { element, ancestors } of ranged) {
    checkPlacement(source, element.range[0], ancestors, element.hasAttribute('shadow'));
  }
  checkAgreement(
    source,
    slots,
    ranged.map(({ element }) => ({ start: element.range[0], end: element.range[1] })),
  );
  // What stays open at the end would swallow what the composer adds there.
  if (slots.length > 0)
    refuseMistakes(source, mistakes, /^(eof-in-|open-elements-left|duplicate-attr)/);
  return { slots, ...insertionPoints(source.text, document) };
}

/** Refuses a page for a layout that is a document of its own, or whose elements would cross the layout's. */
export function checkPageOfLayout(source: TemplateSource, layout: string): void {
  if (isDocument(source.text)) {
    throw templateAmbiguous(
      source.place(0),
      `This page is a whole document, but it has the layout "${layout}", which brings html, head and body.`,
    );
  }
  const mistakes: ParserError[] = [];
  const context = defaultTreeAdapter.createElement('div', html.NS.HTML, []);
  parseFragmentByStandard(context, source.text, {
    sourceCodeLocationInfo: true,
    scriptingEnabled: false,
    onParseError: (error) => mistakes.push(error),
  });
  refuseMistakes(source, mistakes, /^(eof-in-|open-elements-left|end-tag-without)/);
}

function refuseMistakes(
  source: TemplateSource,
  mistakes: readonly ParserError[],
  codes: RegExp,
): void {
  const mistake = mistakes.find(({ code }) => codes.test(code));
  if (!mistake) return;
  const place = source.place(mistake.startOffset);
  throw templateAmbiguous(place, `The markup is not well-formed here (${mistake.code}).`);
}

/** The `<slot>`s of a layout, outermost first. */
export function readLayoutSlots(
  source: TemplateSource,
): (Range & { name: string; inner: Range })[] {
  return elementsByRange(source.text, 'slot')
    .filter(
      ({ ancestors }) =>
        !ancestors.some((tag) => tag === 'slot' || tag === 'template' || tag === SLOT_ELEMENT),
    )
    .map(({ element }) => {
      const [start, end] = element.range;
      const tag =
        /^<slot(?:[^>"']|"[^"]*"|'[^']*')*>/i.exec(source.text.slice(start, end))?.[0] ?? '';
      const close = /<\/slot\s*>$/i.exec(source.text.slice(start, end))?.[0];
      if (close === undefined)
        throw templateAmbiguous(source.place(start), 'This <slot> of the layout has no end tag.');
      const name = element.getAttribute('name') ?? '';
      return { start, end, name, inner: { start: start + tag.length, end: end - close.length } };
    });
}

/** The top-level nodes of a page that a layout takes apart, covering its text without gaps. */
export function readTopLevel(source: TemplateSource): TopLevelNode[] {
  const nodes: TopLevelNode[] = [];
  let end = 0;
  const rest = (until: number) => {
    if (until <= end) return;
    nodes.push({
      start: end,
      end: until,
      slot: undefined,
      blank: !source.text.slice(end, until).trim(),
    });
  };
  for (const node of parseRanges(source.text).childNodes) {
    if (!(node instanceof HTMLElement)) continue;
    const slot = node.getAttribute('slot');
    if (slot === undefined) continue;
    rest(node.range[0]);
    nodes.push({ start: node.range[0], end: node.range[1], slot, blank: false });
    end = node.range[1];
  }
  rest(source.text.length);
  return nodes;
}

function parseRanges(text: string): HTMLElement {
  return parseByRange(text, { comment: true, blockTextElements: { script: true, style: true } });
}

function elementsByRange(text: string, tag: string) {
  const found: { element: HTMLElement; ancestors: string[] }[] = [];
  const visit = (parent: HTMLElement, ancestors: readonly string[]) => {
    for (const node of parent.childNodes) {
      if (!(node instanceof HTMLElement)) continue;
      const name = node.rawTagName.toLowerCase();
      if (name === tag) found.push({ element: node, ancestors: [...ancestors] });
      visit(node, [name, ...ancestors]);
    }
  };
  visit(parseRanges(text), []);
  return found;
}

/** Every element in document order with the names of its ancestors, nearest first; into `<template>`s too. */
function* walk(
  parent: ParentNode,
  ancestors: readonly string[],
): Generator<{ element: Element; ancestors: readonly string[] }> {
  for (const node of parent.childNodes) {
    if (!('tagName' in node)) continue;
    yield { element: node, ancestors };
    const inner = [node.tagName, ...ancestors];
    yield* walk(node, inner);
    if ('content' in node) yield* walk(node.content, inner);
  }
}

function slotElement(source: TemplateSource, element: Element): SlotElement {
  const location = element.sourceCodeLocation;
  if (!location?.startTag || !location.endTag)
    throw slotNotClosed(source.place(location?.startOffset ?? 0));
  const attributes = new Map(element.attrs.map(({ name, value }) => [name, value]));
  const error = element.childNodes.find(
    (node): node is DefaultTreeAdapterTypes.Template =>
      'tagName' in node &&
      node.tagName === 'template' &&
      node.attrs.some(({ name, value }) => name === 'slot' && value === ERROR_TEMPLATE),
  );
  const at = error?.sourceCodeLocation;
  if (at && (!at.startTag || !at.endTag)) {
    throw templateAmbiguous(
      source.place(at.startOffset),
      'This <template slot="error"> has no end tag.',
    );
  }
  return {
    start: location.startOffset,
    end: location.endOffset,
    inner: { start: location.startTag.endOffset, end: location.endTag.startOffset },
    attributes,
    errorTemplate:
      at?.startTag && at.endTag
        ? {
            start: at.startOffset,
            end: at.endOffset,
            inner: { start: at.startTag.endOffset, end: at.endTag.startOffset },
          }
        : undefined,
  };
}

function checkAgreement(
  source: TemplateSource,
  standard: readonly Range[],
  ranged: readonly Range[],
): void {
  for (let i = 0; i < Math.max(standard.length, ranged.length); i++) {
    const [a, b] = [standard[i], ranged[i]];
    if (a && b && a.start === b.start && a.end === b.end) continue;
    const start = Math.min(a?.start ?? Infinity, b?.start ?? Infinity);
    throw templateAmbiguous(
      source.place(start),
      'It is unclear where this <fragment-slot> starts or ends: the markup in or around it is not well-formed.',
    );
  }
}

/** Elements that end when a start tag inside the slot says so, however deep it stands (HTML standard §13.2.6.4.7). */
const CLOSED_FROM_INSIDE = ['a', 'button', 'form', 'p', 'nobr'];
const LIST_ITEMS = ['li', 'dd', 'dt'];
/** "Special" elements that protect a list item from what stands inside them; address, div and p do not. */
const SECTION_LIKE =
  'section article aside main nav header footer ul ol dl menu td th caption blockquote details summary figure figcaption fieldset hgroup center dir pre'.split(
    ' ',
  );
const TABLE_PARTS = ['table', 'tbody', 'thead', 'tfoot', 'tr', 'colgroup'];
const NO_PLACE =
  'head select option optgroup textarea title svg math script style noscript template iframe xmp noembed noframes object'.split(
    ' ',
  );

function checkPlacement(
  source: TemplateSource,
  start: number,
  ancestors: readonly string[],
  shadow: boolean,
): void {
  const refuse = (where: string, hint: string) => {
    throw slotMisplaced(source.place(start), where, hint);
  };
  if (ancestors.includes(SLOT_ELEMENT)) {
    refuse('inside another one', 'Put it before or after the other slot.');
  }
  const element = ancestors.find((tag) => NO_PLACE.includes(tag));
  if (element) refuse(`in <${element}>`, 'Move it into ordinary content of <body>.');
  const tablePart = ancestors.find(
    (tag) => TABLE_PARTS.includes(tag) || ['td', 'th', 'caption'].includes(tag),
  );
  if (tablePart && TABLE_PARTS.includes(tablePart)) {
    refuse(
      `in <${tablePart}> outside a cell`,
      'Move it into a <td>, <th> or <caption>, or out of the table.',
    );
  }
  if (shadow) return;
  const open = ancestors.find((tag) => CLOSED_FROM_INSIDE.includes(tag));
  if (open) {
    refuse(
      `below <${open}>`,
      `A fragment's HTML could close the <${open}>: move the slot out of it, or add "shadow".`,
    );
  }
  const nearest = ancestors.find((tag) => LIST_ITEMS.includes(tag) || SECTION_LIKE.includes(tag));
  if (nearest && LIST_ITEMS.includes(nearest)) {
    refuse(
      `directly below <${nearest}>`,
      `A fragment's HTML could close the <${nearest}>: put a <section> between them, or add "shadow".`,
    );
  }
}

function insertionPoints(text: string, document: DefaultTreeAdapterTypes.Document) {
  const elements = [...walk(document, [])].map(({ element }) => element);
  const find = (tag: string) =>
    elements.find((element) => element.tagName === tag)?.sourceCodeLocation ?? undefined;
  const html = find('html');
  const head = find('head');
  const body = find('body');
  const doctype = document.childNodes.find(
    (node) => node.nodeName === '#documentType',
  )?.sourceCodeLocation;
  const headStart =
    head?.startTag?.endOffset ?? html?.startTag?.endOffset ?? doctype?.endOffset ?? 0;
  const headElement = elements.find((element) => element.tagName === 'head');
  const headElements = (headElement?.childNodes ?? []).flatMap((node) => {
    if (
      !('tagName' in node) ||
      !node.sourceCodeLocation ||
      !['title', 'meta', 'link', 'script'].includes(node.tagName)
    ) {
      return [];
    }
    const { startOffset: start, endOffset: end } = node.sourceCodeLocation;
    return [
      {
        tag: node.tagName,
        attributes: new Map(node.attrs.map((a) => [a.name, a.value])),
        start,
        end,
      },
    ];
  });
  return {
    headStart,
    headEnd: Math.max(
      headStart,
      head?.endTag?.startOffset ??
        body?.startTag?.startOffset ??
        headElements.at(-1)?.end ??
        headStart,
    ),
    bodyEnd: body?.endTag?.startOffset ?? html?.endTag?.startOffset ?? text.length,
    headElements,
  };
}
