import {
  customElement,
  ELEMENTS,
  type ElementRule,
  FLOW,
  HOLDS,
  SVG_ELEMENTS,
  WITHIN,
} from './elements.ts';
import { MAX_ATTRIBUTES, MAX_DEPTH } from './limits.ts';

/** An element that is open. */
interface Open {
  readonly name: string;
  readonly holds: number;
  /** Bits of `WITHIN`: open elements that what follows could close. */
  readonly within: number;
  readonly parent: Open | undefined;
}

/** The slot. To a top-level `<li>` it is a list item: whether one is protected from it is the page's affair. */
const SLOT: Open = {
  name: '',
  holds: FLOW,
  within: WITHIN.item | WITHIN.term,
  parent: undefined,
};

const BANG = 0x21;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const DASH = 0x2d;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;

const SPACE = 1;
const IN_TAG_NAME = 2;
const IN_ATTRIBUTE_NAME = 4;
const IN_BARE_VALUE = 8;
/** What a character may be part of. Others than ASCII stand in text and quoted values only. */
const CLASSES = new Uint8Array(128);
for (let code = 0x21; code < 0x7f; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9-]/.test(character)) CLASSES[code] = IN_TAG_NAME;
  if (/[A-Za-z0-9_:.@-]/.test(character)) CLASSES[code] = (CLASSES[code] ?? 0) | IN_ATTRIBUTE_NAME;
  if (/[^"'<=>`]/.test(character)) CLASSES[code] = (CLASSES[code] ?? 0) | IN_BARE_VALUE;
}
for (const space of '\t\n\f\r ') CLASSES[space.charCodeAt(0)] = SPACE;

/**
 * Whether a fragment's HTML may stand in a slot as it is: every element is known and closed where it was opened, and no
 * parser moves, closes or adds one, wherever the slot stands. One pass; what is unusual is refused, never repaired.
 */
export function isWellFormed(html: string): boolean {
  if (html.includes('\0')) return false;
  const names = new Int32Array(2 * MAX_ATTRIBUTES);
  let open = SLOT;
  let depth = 0;
  let at = 0;
  for (;;) {
    const tag = html.indexOf('<', at);
    const textEnd = tag < 0 ? html.length : tag;
    if (at < textEnd && !(open.holds & HOLDS.text) && !isBlank(html, at, textEnd)) return false;
    if (tag < 0) return open === SLOT;
    const code = html.charCodeAt(tag + 1);
    if (code === SLASH) {
      const { name, parent } = open;
      const end = tag + 2 + name.length;
      if (!parent || html.charCodeAt(end) !== GREATER || !html.startsWith(name, tag + 2))
        return false;
      open = parent;
      depth--;
      at = end + 1;
      continue;
    }
    if (code === BANG) {
      at = afterComment(html, tag);
      if (at < 0) return false;
      continue;
    }
    const nameEnd = afterTagName(html, tag + 1);
    const name = html.slice(tag + 1, nameEnd);
    const rule = findRule(name, open);
    if (!rule || !(rule.allowedIn & open.holds) || rule.notWithin & open.within) return false;
    const end = tagEnd(html, nameEnd, names);
    if (end < 0 || rule.refused?.test(html.slice(tag, end + 1))) return false;
    at = end + 1;
    if (rule.kind === 'void') continue;
    if (html.charCodeAt(end - 1) === SLASH) {
      if (rule.kind !== 'svg') return false;
      continue;
    }
    if (rule.kind === 'raw') {
      at = afterRawText(html, at, name);
      if (at < 0) return false;
      continue;
    }
    if (++depth > MAX_DEPTH) return false;
    const within = (open.within & ~rule.shields) | rule.opens;
    open = { name, holds: rule.holds, within, parent: open };
  }
}

function findRule(name: string, { holds }: Open): ElementRule | undefined {
  if (holds & HOLDS.svg) return SVG_ELEMENTS.get(name);
  return ELEMENTS.get(name) ?? customElement(name);
}

function isClass(code: number, bits: number): boolean {
  // Past the end the code is NaN.
  return code < 128 && ((CLASSES[code] ?? 0) & bits) !== 0;
}

function isBlank(html: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isClass(html.charCodeAt(i), SPACE)) return false;
  return true;
}

function afterTagName(html: string, start: number): number {
  let i = start;
  while (isClass(html.charCodeAt(i), IN_TAG_NAME)) i++;
  return i;
}

/** Where the start tag's `>` stands; negative where an attribute is unusual. `names` is room for the attributes' names. */
function tagEnd(html: string, start: number, names: Int32Array): number {
  let i = start;
  let count = 0;
  for (;;) {
    let code = html.charCodeAt(i);
    if (code === GREATER) return i;
    if (code === SLASH) return html.charCodeAt(i + 1) === GREATER ? i + 1 : -1;
    if (!isClass(code, SPACE)) return -1;
    do code = html.charCodeAt(++i);
    while (isClass(code, SPACE));
    if (code === GREATER || code === SLASH) continue;
    const name = i;
    while (isClass(code, IN_ATTRIBUTE_NAME)) code = html.charCodeAt(++i);
    if (i === name || count === MAX_ATTRIBUTES) return -1;
    for (let other = 0; other < count; other++) {
      if (isSameName(html, names[2 * other] ?? 0, names[2 * other + 1] ?? 0, name, i)) return -1;
    }
    names[2 * count] = name;
    names[2 * count + 1] = i;
    count++;
    if (code !== EQUALS) continue;
    code = html.charCodeAt(++i);
    if (code === QUOTE || code === APOSTROPHE) {
      i = html.indexOf(code === QUOTE ? '"' : "'", i + 1) + 1;
      if (i === 0) return -1;
    } else {
      const value = i;
      while (isClass(code, IN_BARE_VALUE)) code = html.charCodeAt(++i);
      // In `a=b/>` the slash belongs to the value; whoever wrote it meant otherwise.
      if (i === value || html.charCodeAt(i - 1) === SLASH) return -1;
    }
  }
}

/** Attribute names are the same in either letter case; of the characters that they have, none differ in this bit only. */
function isSameName(html: string, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let i = 0; i < aEnd - a; i++) {
    if ((html.charCodeAt(a + i) | 0x20) !== (html.charCodeAt(b + i) | 0x20)) return false;
  }
  return true;
}

/** What follows the comment; negative where it is none, or ends otherwise than by the first `-->`. */
function afterComment(html: string, start: number): number {
  if (html.charCodeAt(start + 2) !== DASH || html.charCodeAt(start + 3) !== DASH) return -1;
  let i = start + 4;
  if (html.charCodeAt(i) === GREATER || html.startsWith('->', i)) return -1;
  for (;;) {
    i = html.indexOf('--', i);
    if (i < 0) return -1;
    const code = html.charCodeAt(i + 2);
    if (code === GREATER) return i + 3;
    if (code === BANG) return -1;
    i++;
  }
}

/**
 * What follows the end tag of an element that holds text only; negative where the text has another `</`, or `<!--`, after
 * which a script no longer ends at its end tag.
 */
function afterRawText(html: string, start: number, name: string): number {
  const end = html.indexOf('</', start);
  const after = end + 2 + name.length;
  if (end < 0 || html.charCodeAt(after) !== GREATER || !html.startsWith(name, end + 2)) return -1;
  return html.slice(start, end).includes('<!--') ? -1 : after + 1;
}
