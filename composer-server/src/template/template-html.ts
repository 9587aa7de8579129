import { ERROR_TEMPLATE, SLOT_ELEMENT } from '@tessera/contract';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { isExecutable } from '../contain/script-places.ts';
import { slotMisplaced, slotNotClosed, templateAmbiguous } from '../errors.ts';
import { type Report, throwMistake } from './mistakes.ts';
import type { TemplateSource } from './template-source.ts';
import {
  checkAgreement,
  type Element,
  elementsByRange,
  type Range,
  readByStandard,
  type StandardReading,
} from './two-parsers.ts';
import { checkWellFormed, staysOpen } from './well-formed.ts';

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
  /** The texts of its inline scripts, wherever they stand. */
  readonly scripts: readonly string[];
  /** The head's elements that a primary may replace. */
  readonly headElements: readonly (Range & {
    readonly tag: string;
    readonly attributes: ReadonlyMap<string, string>;
  })[];
}

/**
 * Finds slots and insertion points; reports template errors with file, line and column where a slot cannot stand, and
 * throws them where the markup has no one meaning.
 */
export function readTemplateHtml(
  source: TemplateSource,
  report: Report = throwMistake,
): TemplateHtml {
  const reading = readByStandard(source.text);
  const slots = reading.elements
    .filter(({ element }) => element.tagName === SLOT_ELEMENT)
    .map(({ element, ancestors }) => {
      const shadow = element.attrs.some(({ name }) => name === 'shadow');
      checkPlacement(
        source,
        element.sourceCodeLocation?.startOffset ?? 0,
        ancestors,
        shadow,
        report,
      );
      return slotElement(source, element, reading);
    });
  const ranged = elementsByRange(source.text, SLOT_ELEMENT);
  for (const { element, ancestors } of ranged) {
    checkPlacement(source, element.range[0], ancestors, element.hasAttribute('shadow'), report);
  }
  checkAgreement(source, SLOT_ELEMENT, slots, ranged);
  if (slots.length > 0 || source.isJoined) checkWellFormed(source, reading);
  return { slots, scripts: inlineScripts(reading), ...insertionPoints(source.text, reading) };
}

function inlineScripts({ elements }: StandardReading): string[] {
  return elements.flatMap(({ element }) => {
    const value = (name: string) => element.attrs.find((attr) => attr.name === name)?.value;
    const inline = element.tagName === 'script' && value('src') === undefined;
    if (!inline || !isExecutable(value('type'))) return [];
    return [element.childNodes.map((node) => ('value' in node ? node.value : '')).join('')];
  });
}

function slotElement(
  source: TemplateSource,
  element: Element,
  reading: StandardReading,
): SlotElement {
  const location = element.sourceCodeLocation;
  if (!location?.startTag || !location.endTag) {
    const open = openInside(source.text, element, reading);
    const inner = open && { tag: open.tagName, place: placeOf(source, open) };
    throw slotNotClosed(placeOf(source, element), inner);
  }
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

const placeOf = (source: TemplateSource, element: Element) =>
  source.place(element.sourceCodeLocation?.startOffset ?? 0);

/** The element inside an open slot that keeps the slot's end tag from being one: it stands before it, still open. */
function openInside(text: string, slot: Element, { elements }: StandardReading) {
  const from = slot.sourceCodeLocation?.startTag?.endOffset ?? text.length;
  const length = text.slice(from).search(new RegExp(`</?${SLOT_ELEMENT}[\\s/>]`, 'i'));
  if (length < 0 || text[from + length + 1] !== '/') return undefined;
  return elements.find(({ element }) => {
    const at = element.sourceCodeLocation?.startOffset ?? -1;
    return at >= from && at < from + length && staysOpen(text, element);
  })?.element;
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
  report: Report,
): void {
  const refuse = (where: string, hint: string) =>
    report(slotMisplaced(source.place(start), where, hint));
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

function insertionPoints(text: string, { document, elements: placed }: StandardReading) {
  const elements = placed.map(({ element }) => element);
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
