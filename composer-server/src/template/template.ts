import type { SlotState } from '@tessera/contract';
import {
  primaryTwice,
  slotAttributeInvalid,
  slotFragmentUnknown,
  slotIdTaken,
  tooManySlots,
} from '../errors.ts';
import { headKey } from '../head.ts';
import { keptPiece, type Piece } from '../piece.ts';
import { type Report, throwMistake } from './mistakes.ts';
import { readSlotSettings, type SlotSettings } from './slot.ts';
import { readTemplateHtml, type SlotElement } from './template-html.ts';
import type { TemplateSource } from './template-source.ts';

/** A slot of a compiled template, its markup encoded. */
export interface Slot extends SlotSettings {
  /** Its key in page, plan, report and metrics. */
  readonly id: string;
  /** The start tag for each outcome. */
  readonly open: Readonly<Record<SlotState, Piece>>;
  /** What stands there until the fragment does. */
  readonly content: Piece;
  /** What stands there when the fragment cannot be had. */
  readonly error: Piece;
  readonly close: Piece;
}

/** Where the composer adds to a page. */
export type InsertionPoint = 'head-start' | 'head-end' | 'body-end';

/** A template in the order in which it is sent. */
export type TemplatePart =
  | { readonly kind: 'static'; readonly piece: Piece }
  /** An element of the head that a primary's element of the same key replaces. */
  | { readonly kind: 'head-element'; readonly key: string; readonly piece: Piece }
  | { readonly kind: 'insertion'; readonly at: InsertionPoint }
  | { readonly kind: 'slot'; readonly slot: Slot };

/** A page's template, parsed and encoded once: a request only walks `parts`. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  readonly slots: readonly Slot[];
  /** The texts of its own inline scripts. */
  readonly scripts: readonly string[];
  /** All but what stands in its slots and what the composer adds to the head, in bytes. */
  readonly bytes: number;
}

const STATES: readonly SlotState[] = ['ready', 'stale', 'fallback', 'error', 'pending'];

/**
 * Compiles a page's HTML. `routeParams` are the names that its route gives, `fragments` those that are configured; it
 * may have `maxSlots` slots.
 * Throws a template error with file, line and column for the first thing that cannot work (docs/errors.md); with a
 * `report` of its own that gets what can be told of the others too, and the slots that are wrong are left out.
 */
export function compileTemplate(
  source: TemplateSource,
  routeParams: readonly string[],
  fragments: readonly string[],
  maxSlots: number,
  report: Report = throwMistake,
): Template {
  const html = readTemplateHtml(source, report);
  const excess = html.slots[maxSlots];
  if (excess) throw tooManySlots(source.place(excess.start), maxSlots);
  const slots = compileSlots(source, html.slots, routeParams, fragments, report);
  const cuts: { at: number; end: number; part: TemplatePart }[] = [
    ...html.slots.map((element, i) => ({
      at: element.start,
      end: element.end,
      part: { kind: 'slot', slot: slots[i] } as TemplatePart,
    })),
    ...html.headElements.flatMap((element) => {
      const key = headKey(element.tag, element.attributes);
      if (!key) return [];
      const piece = keptPiece(source.text.slice(element.start, element.end));
      return [
        {
          at: element.start,
          end: element.end,
          part: { kind: 'head-element', key, piece } as TemplatePart,
        },
      ];
    }),
    { at: html.headStart, end: html.headStart, part: { kind: 'insertion', at: 'head-start' } },
    { at: html.headEnd, end: html.headEnd, part: { kind: 'insertion', at: 'head-end' } },
    { at: html.bodyEnd, end: html.bodyEnd, part: { kind: 'insertion', at: 'body-end' } },
  ];
  // Insertions come before what starts at the same offset; among themselves they keep the order above.
  cuts.sort((a, b) => a.at - b.at || a.end - b.end);
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const cut of cuts) {
    if (cut.at > end)
      parts.push({ kind: 'static', piece: keptPiece(source.text.slice(end, cut.at)) });
    parts.push(cut.part);
    end = Math.max(end, cut.end);
  }
  if (end < source.text.length)
    parts.push({ kind: 'static', piece: keptPiece(source.text.slice(end)) });
  const bytes = parts.reduce((sum, part) => sum + staticBytes(part), 0);
  return Object.freeze({ parts, slots, scripts: html.scripts, bytes });
}

function staticBytes(part: TemplatePart): number {
  if (part.kind === 'slot')
    return part.slot.open.fallback.bytes.length + part.slot.close.bytes.length;
  return 'piece' in part ? part.piece.bytes.length : 0;
}

function compileSlots(
  source: TemplateSource,
  elements: readonly SlotElement[],
  routeParams: readonly string[],
  fragments: readonly string[],
  report: Report,
): Slot[] {
  const read = elements.flatMap((element) => {
    const place = source.place(element.start);
    const settings = readSlotSettings(element.attributes, place, routeParams, report);
    return settings ? [{ element, place, settings }] : [];
  });
  const taken = new Set<string>();
  const transitions = new Set<string>();
  let primary: string | undefined;
  for (const { place, settings } of read) {
    if (!fragments.includes(settings.name))
      report(slotFragmentUnknown(place, settings.name, fragments));
    if (settings.primary && primary !== undefined) report(primaryTwice(place, primary));
    if (settings.primary) primary = settings.name;
    const { viewTransition } = settings;
    if (viewTransition !== undefined && transitions.has(viewTransition)) {
      const expected = 'a name that no other slot of the page has';
      throw slotAttributeInvalid(place, 'view-transition', expected, viewTransition);
    }
    if (viewTransition !== undefined) transitions.add(viewTransition);
    if (settings.slotId === undefined) continue;
    if (taken.has(settings.slotId)) report(slotIdTaken(place, settings.slotId));
    taken.add(settings.slotId);
  }
  return read.map(({ element, settings }) => {
    let id = settings.slotId ?? settings.name;
    for (let n = 2; settings.slotId === undefined && taken.has(id); n++)
      id = `${settings.name}-${n}`;
    taken.add(id);
    return { ...settings, id, ...slotMarkup(source.text, element, settings, id) };
  });
}

function slotMarkup(text: string, element: SlotElement, settings: SlotSettings, id: string) {
  const { start, inner, end, errorTemplate } = element;
  const tag =
    text.slice(start, inner.start - 1) + (settings.slotId === undefined ? ` slot-id="${id}"` : '');
  const open = {} as Record<SlotState, Piece>;
  for (const state of STATES) open[state] = keptPiece(`${tag} state="${state}">`);
  const whole = text.slice(inner.start, inner.end);
  const withoutError = errorTemplate
    ? text.slice(inner.start, errorTemplate.start) + text.slice(errorTemplate.end, inner.end)
    : whole;
  const error = errorTemplate
    ? text.slice(errorTemplate.inner.start, errorTemplate.inner.end)
    : withoutError;
  return {
    open,
    // The shell shows a client slot's error markup, so its template stays in the page.
    content: keptPiece(settings.render === 'client' ? whole : withoutError),
    error: keptPiece(error),
    close: keptPiece(text.slice(inner.end, end)),
  };
}
