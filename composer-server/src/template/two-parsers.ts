import { HTMLElement, parse as parseByRange } from 'node-html-parser';
import { type DefaultTreeAdapterTypes, type ParserError, parse } from 'parse5';
import { templateAmbiguous } from '../errors.ts';
import type { TemplateSource } from './template-source.ts';

// The only door to node-html-parser, whose ranges cut our templates. It guesses silently where markup is unclear, so the
// standard's algorithm (parse5) reads every template too and both must agree. Neither ever sees a fragment here.

/** A half-open range of UTF-16 offsets. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type Element = DefaultTreeAdapterTypes.Element;

/** An element and the names of its ancestors, nearest first. */
export interface Placed<T> {
  readonly element: T;
  readonly ancestors: readonly string[];
}

/** A text as the HTML standard reads it. */
export interface StandardReading {
  readonly document: DefaultTreeAdapterTypes.Document;
  /** Every element in document order, those in `<template>`s too. */
  readonly elements: readonly Placed<Element>[];
  readonly mistakes: readonly ParserError[];
}

/** Reads a text by the HTML standard, without scripting as node-html-parser does. */
export function readByStandard(text: string): StandardReading {
  const mistakes: ParserError[] = [];
  const document = parse(text, {
    sourceCodeLocationInfo: true,
    scriptingEnabled: false,
    onParseError: (error) => mistakes.push(error),
  });
  return { document, elements: [...walk(document, [])], mistakes };
}

function* walk(
  parent: DefaultTreeAdapterTypes.ParentNode,
  ancestors: readonly string[],
): Generator<Placed<Element>> {
  for (const node of parent.childNodes) {
    if (!('tagName' in node)) continue;
    yield { element: node, ancestors };
    const inner = [node.tagName, ...ancestors];
    yield* walk(node, inner);
    if ('content' in node) yield* walk(node.content, inner);
  }
}

/** Every element of this name as node-html-parser sees it, in document order. */
export function elementsByRange(text: string, tag: string): Placed<HTMLElement>[] {
  const found: Placed<HTMLElement>[] = [];
  const visit = (parent: HTMLElement, ancestors: readonly string[]) => {
    for (const node of parent.childNodes) {
      if (!(node instanceof HTMLElement)) continue;
      const name = node.rawTagName.toLowerCase();
      if (name === tag) found.push({ element: node, ancestors });
      visit(node, [name, ...ancestors]);
    }
  };
  visit(parseRanges(text), []);
  return found;
}

/** The elements at the top level of a text, as node-html-parser sees them. */
export function topLevelByRange(text: string): HTMLElement[] {
  return parseRanges(text).childNodes.filter((node) => node instanceof HTMLElement);
}

function parseRanges(text: string): HTMLElement {
  return parseByRange(text, { comment: true, blockTextElements: { script: true, style: true } });
}

/** Throws TEMPLATE_AMBIGUOUS at the first element of this name that the two parsers see differently. */
export function checkAgreement(
  source: TemplateSource,
  tag: string,
  standard: readonly Range[],
  ranged: readonly Placed<HTMLElement>[],
): void {
  for (let i = 0; i < Math.max(standard.length, ranged.length); i++) {
    const a = standard[i];
    const [start, end] = ranged[i]?.element.range ?? [Infinity, Infinity];
    if (a?.start === start && a.end === end) continue;
    throw templateAmbiguous(
      source.place(Math.min(a?.start ?? Infinity, start)),
      `It is unclear where this <${tag}> starts or ends: the markup in or around it is not well-formed.`,
    );
  }
}
