import { customElement, ELEMENTS, FLOW, HOLDS, SVG_ELEMENTS, WITHIN } from './elements.ts';
import { MAX_ATTRIBUTES, MAX_DEPTH } from './limits.ts';

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BANG = 0x21;
const DASH = 0x2d;
const SLASH = 0x2f;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;

const SPACE = 1;
const IN_TAG_NAME = 2;
const IN_ATTRIBUTE_NAME = 4;
const IN_BARE_VALUE = 8;
/** What a byte may be part of. Others than ASCII stand in text and quoted values only. */
const CLASSES = new Uint8Array(256);
for (let code = 0x21; code < 0x7f; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9-]/.test(character)) CLASSES[code] = IN_TAG_NAME;
  if (/[A-Za-z0-9_:.@-]/.test(character)) CLASSES[code] = (CLASSES[code] ?? 0) | IN_ATTRIBUTE_NAME;
  if (/[^"'<=>`]/.test(character)) CLASSES[code] = (CLASSES[code] ?? 0) | IN_BARE_VALUE;
}
for (const space of '\t\n\f\r ') CLASSES[space.charCodeAt(0)] = SPACE;

/**
 * The open elements, outermost first: where the name starts and ends, what it holds, and bits of `WITHIN`: elements that what
 * follows could close. One list for all calls, none of which waits: objects would be a tenth of what a page with six
 * fragments allocates.
 */
const OPEN = new Int32Array((MAX_DEPTH + 1) * 4);
const NAME = 0;
const NAME_END = 1;
const HOLDING = 2;
const WITHIN_BITS = 3;

/**
 * Whether a fragment's HTML, in UTF-8, may stand in a slot as it is: every element is known and closed where it was opened,
 * and no parser moves, closes or adds one, wherever the slot stands. One pass over the bytes that makes no strings; what is
 * unusual is refused, never repaired.
 */
export function isWellFormed(html: Buffer): boolean {
  if (html.includes(0)) return false;
  const attributeNames: number[] = [];
  let depth = 0;
  let holds: number = FLOW;
  // To a top-level `<li>` the slot is a list item: whether one is protected from it is the page's affair.
  let within: number = WITHIN.item | WITHIN.term;
  OPEN[HOLDING] = holds;
  OPEN[WITHIN_BITS] = within;
  let at = 0;
  for (;;) {
    const tag = nextTag(html, at, holds);
    if (tag < 0) return false;
    if (tag === html.length) return depth === 0;
    const code = html[tag + 1];
    if (code === SLASH) {
      if (depth === 0) return false;
      const closed = 4 * depth--;
      at = afterEndTag(html, tag, OPEN[closed + NAME] ?? 0, OPEN[closed + NAME_END] ?? 0);
      if (at < 0) return false;
      holds = OPEN[4 * depth + HOLDING] ?? 0;
      within = OPEN[4 * depth + WITHIN_BITS] ?? 0;
      continue;
    }
    if (code === BANG) {
      at = afterComment(html, tag);
      if (at < 0) return false;
      continue;
    }
    const nameEnd = afterName(html, tag + 1, IN_TAG_NAME);
    const names = holds & HOLDS.svg ? SVG_ELEMENTS : ELEMENTS;
    const rule = names.find(html, tag + 1, nameEnd) ?? customElement(html, tag + 1, nameEnd);
    if (!rule || !(rule.allowedIn & holds) || rule.notWithin & within) return false;
    const end = tagEnd(html, nameEnd, attributeNames);
    if (end < 0) return false;
    if (rule.refused?.test(html.toString('latin1', tag, end + 1))) return false;
    at = end + 1;
    if (rule.kind === 'void') continue;
    if (html[end - 1] === SLASH) {
      if (rule.kind !== 'svg') return false;
      continue;
    }
    if (rule.kind === 'raw') {
      at = afterRawText(html, at, tag + 1, nameEnd);
      if (at < 0) return false;
      continue;
    }
    if (++depth > MAX_DEPTH) return false;
    holds = rule.holds;
    within = (within & ~rule.shields) | rule.opens;
    const opened = 4 * depth;
    OPEN[opened + NAME] = tag + 1;
    OPEN[opened + NAME_END] = nameEnd;
    OPEN[opened + HOLDING] = holds;
    OPEN[opened + WITHIN_BITS] = within;
  }
}

/** Where the next `<` stands, or the end; negative where text stands before it that must not be there. */
function nextTag(html: Buffer, start: number, holds: number): number {
  if (holds & HOLDS.text) return find(html, LESS, start);
  let i = start;
  while (isClass(html, i, SPACE)) i++;
  return i < html.length && html[i] !== LESS ? -1 : i;
}

/** Where the byte stands, or the end. */
function find(html: Buffer, byte: number, start: number): number {
  const near = Math.min(start + NEAR, html.length);
  for (let i = start; i < near; i++) if (html[i] === byte) return i;
  const found = html.indexOf(byte, near);
  return found < 0 ? html.length : found;
}

/** What is not found in as many bytes is found faster by a call: 4 KB of text and tags take a tenth to a sixth less. */
const NEAR = 8;

function isClass(html: Uint8Array, i: number, bits: number): boolean {
  return i < html.length && ((CLASSES[html[i] ?? 0] ?? 0) & bits) !== 0;
}

function afterName(html: Uint8Array, start: number, bits: number): number {
  let i = start;
  while (isClass(html, i, bits)) i++;
  return i;
}

function afterEndTag(html: Uint8Array, tag: number, name: number, nameEnd: number): number {
  const end = tag + 2 + nameEnd - name;
  for (let i = name, j = tag + 2; i < nameEnd; i++, j++) if (html[i] !== html[j]) return -1;
  return html[end] === GREATER ? end + 1 : -1;
}

/** Where the start tag's `>` stands; negative where an attribute is unusual. `names` is room for where names start and end. */
function tagEnd(html: Buffer, start: number, names: number[]): number {
  let i = start;
  let count = 0;
  for (;;) {
    const code = html[i];
    if (code === GREATER) return i;
    if (code === SLASH) return html[i + 1] === GREATER ? i + 1 : -1;
    if (!isClass(html, i, SPACE)) return -1;
    const name = afterName(html, i + 1, SPACE);
    i = afterName(html, name, IN_ATTRIBUTE_NAME);
    if (i === name) {
      if (html[i] === GREATER || html[i] === SLASH) continue;
      return -1;
    }
    if (count === MAX_ATTRIBUTES) return -1;
    for (let other = 0; other < count; other++) {
      if (isSameName(html, names[2 * other] ?? 0, names[2 * other + 1] ?? 0, name, i)) return -1;
    }
    names[2 * count] = name;
    names[2 * count + 1] = i;
    count++;
    if (html[i] !== EQUALS) continue;
    const quote = html[++i];
    if (quote === QUOTE || quote === APOSTROPHE) {
      i = find(html, quote, i + 1) + 1;
    } else {
      const value = i;
      i = afterName(html, i, IN_BARE_VALUE);
      // In `a=b/>` the slash belongs to the value; whoever wrote it meant otherwise.
      if (i === value || html[i - 1] === SLASH) return -1;
    }
  }
}

/** Attribute names are the same in either letter case; of the characters that they have, none differ in this bit only. */
function isSameName(html: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let i = 0; i < aEnd - a; i++) {
    if (((html[a + i] ?? 0) | 0x20) !== ((html[b + i] ?? 0) | 0x20)) return false;
  }
  return true;
}

/** What follows the comment; negative where it is none, or ends otherwise than by the first `-->`. */
function afterComment(html: Uint8Array, start: number): number {
  if (html[start + 2] !== DASH || html[start + 3] !== DASH) return -1;
  let i = start + 4;
  if (html[i] === GREATER || (html[i] === DASH && html[i + 1] === GREATER)) return -1;
  for (; i < html.length; i++) {
    if (html[i] !== DASH || html[i + 1] !== DASH) continue;
    if (html[i + 2] === GREATER) return i + 3;
    if (html[i + 2] === BANG) return -1;
  }
  return -1;
}

/**
 * What follows the end tag of an element that holds text only; negative where the text has another `</`, or `<!--`, after
 * which a script no longer ends at its end tag.
 */
function afterRawText(html: Buffer, start: number, name: number, nameEnd: number): number {
  for (let i = start; i < html.length; i++) {
    i = find(html, LESS, i);
    if (html[i + 1] === SLASH) return afterEndTag(html, i, name, nameEnd);
    if (html[i + 1] === BANG) return -1;
  }
  return -1;
}
