import type { HeadElement } from '../head.ts';
import { isDocument, readDocument } from './document.ts';
import { MAX_REPAIRED_LENGTH } from './limits.ts';
import { TooCostly } from './parse.ts';
import { type Repair, repair } from './repair.ts';
import { type ScriptPlace, scriptPlaces } from './script-places.ts';
import { isWellFormed } from './verify.ts';

/** A fragment's HTML that stays in its slot, and what its document's head offers to the page. */
export interface Contained {
  readonly html: Buffer;
  readonly head: readonly HeadElement[];
  /** What had to be done for that, each kind once; empty for what was well-formed. */
  readonly repairs: readonly Repair[];
  /** Scripts in the HTML that a browser would run if it were allowed to. */
  readonly scripts: readonly ScriptPlace[];
}

/**
 * Makes sure that a fragment's HTML, in UTF-8, opens and closes its own elements and nothing else, wherever its slot stands.
 * Well-formed HTML stays as it is, byte for byte; the rest is repaired as a browser would, without what acts outside the
 * slot. Of a whole document the body is taken. Answers a reason, for the end of a sentence, where there is no such HTML or
 * it would cost too much. Takes linear time.
 */
export function contain(bytes: Buffer): Contained | string {
  if (isWellFormed(bytes)) return asItIs(bytes);
  if (bytes.length > MAX_REPAIRED_LENGTH)
    return `it is not well-formed, and with ${bytes.length} bytes too long to be repaired`;
  try {
    return repaired(bytes);
  } catch (error) {
    if (error instanceof TooCostly) return error.message;
    throw error;
  }
}

function repaired(bytes: Buffer): Contained | string {
  const repairs = new Set<Repair>();
  const text = bytes.toString('utf8');
  const source = text.replaceAll('\0', '');
  if (source !== text) repairs.add('nul');
  const document = isDocument(source) ? readDocument(source, repairs) : undefined;
  const start = document?.body ?? source;
  const html = repair(start, repairs);
  if (html === undefined) return 'its markup changes each time it is parsed';
  if (html === text) return asItIs(bytes);
  if (repairs.size === 0 && html !== start) repairs.add('reparsed');
  const contained = Buffer.from(html);
  return {
    html: contained,
    head: document?.head ?? [],
    repairs: [...repairs],
    scripts: scriptPlaces(contained),
  };
}

function asItIs(html: Buffer): Contained {
  return { html, head: [], repairs: [], scripts: scriptPlaces(html) };
}
