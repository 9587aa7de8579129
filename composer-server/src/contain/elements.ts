import { SLOT_ELEMENT } from '@tessera/contract';

// What the verifier knows of the elements that it accepts. Elements that are not here, and places that are not allowed here,
// are not wrong: they only take the slower way, through parse5.

/** What may stand directly in an element, as bits. */
export const HOLDS = {
  text: 1,
  flow: 2,
  svg: 4,
  tableParts: 8,
  rows: 16,
  cells: 32,
  columns: 64,
  options: 128,
  optionGroups: 256,
  rubyText: 512,
} as const;
/** Text and everything that may stand in `<body>`. */
export const FLOW = HOLDS.text | HOLDS.flow;

/** Open elements that a start tag further in could close (HTML standard §13.2.6.4.7), as bits. */
export const WITHIN = { p: 1, a: 2, button: 4, form: 8, heading: 16, item: 32, term: 64 } as const;

/** How an element is accepted. */
export interface ElementRule {
  /** Where it may stand: one of these in what its parent holds. */
  readonly allowedIn: number;
  /** Which open elements it must not stand in, as bits of `WITHIN`. */
  readonly notWithin: number;
  /** What it adds to `WITHIN` for what stands in it, and what it protects from there. */
  readonly opens: number;
  readonly shields: number;
  /** What may stand in it. */
  readonly holds: number;
  readonly kind: 'container' | 'void' | 'raw' | 'svg';
  /** Start tags that are not accepted. */
  readonly refused: RegExp | undefined;
}

/** Rules by name, found by the bytes of the name: 50 ns faster than by a string that has to be made first. */
class ElementNames {
  readonly #buckets: { readonly name: Uint8Array; readonly rule: ElementRule }[][] = [];

  constructor(rules: readonly (readonly [string, ElementRule])[]) {
    for (let i = 0; i < 256; i++) this.#buckets.push([]);
    for (const [text, rule] of rules) {
      const name = new TextEncoder().encode(text);
      this.#bucket(name, 0, name.length).push({ name, rule });
    }
  }

  /** The rule for the name in these bytes. */
  find(bytes: Uint8Array, start: number, end: number): ElementRule | undefined {
    for (const { name, rule } of this.#bucket(bytes, start, end)) {
      if (name.length !== end - start) continue;
      let i = 0;
      while (i < name.length && name[i] === bytes[start + i]) i++;
      if (i === name.length) return rule;
    }
    return undefined;
  }

  #bucket(bytes: Uint8Array, start: number, end: number) {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0;
    return this.#buckets[hash & 255] ?? [];
  }
}

const BLOCK = { notWithin: WITHIN.p };
const SECTION = { notWithin: WITHIN.p, shields: WITHIN.item | WITHIN.term };

/** The elements of HTML. `notWithin` is wider than the standard's scopes: no `p`, `a`, … however far out. */
export const ELEMENTS = new ElementNames([
  ...rules('abbr bdi bdo cite data del dfn ins kbd label map mark meter output progress q samp'),
  ...rules('slot span sub sup time var picture video audio canvas legend'),
  ...rules('b code em font i s small strong u'),
  ...rules('a', { notWithin: WITHIN.a, opens: WITHIN.a }),
  ...rules('button', { notWithin: WITHIN.button, opens: WITHIN.button }),
  ...rules('area br img input link source track wbr', { kind: 'void' }),
  ...rules('hr', { ...BLOCK, kind: 'void' }),
  // Those that have a name or act on the document are looked at one by one.
  ...rules('meta', { kind: 'void', refused: /[\s"'/](?:name|http-equiv|charset)[\s=/>]/i }),
  ...rules('div address center details dialog figcaption hgroup pre search summary', BLOCK),
  ...rules('article aside blockquote fieldset figure footer header main nav section', SECTION),
  ...rules('dl menu ol ul', SECTION),
  ...rules('p', { ...BLOCK, opens: WITHIN.p }),
  ...rules('form', { notWithin: WITHIN.p | WITHIN.form, opens: WITHIN.form }),
  ...rules('h1 h2 h3 h4 h5 h6', { notWithin: WITHIN.p | WITHIN.heading, opens: WITHIN.heading }),
  ...rules('li', {
    notWithin: WITHIN.p | WITHIN.item,
    opens: WITHIN.item,
    shields: WITHIN.term,
  }),
  ...rules('dd dt', {
    notWithin: WITHIN.p | WITHIN.term,
    opens: WITHIN.term,
    shields: WITHIN.item,
  }),
  ...rules('ruby', { holds: FLOW | HOLDS.rubyText }),
  ...rules('rp rt', { allowedIn: HOLDS.rubyText }),
  // Whether it stands in a p depends on quirks mode.
  ...rules('table', { ...BLOCK, holds: HOLDS.tableParts }),
  ...rules('caption', { allowedIn: HOLDS.tableParts }),
  ...rules('colgroup', { allowedIn: HOLDS.tableParts, holds: HOLDS.columns }),
  ...rules('col', { allowedIn: HOLDS.columns, kind: 'void' }),
  ...rules('thead tbody tfoot', { allowedIn: HOLDS.tableParts, holds: HOLDS.rows }),
  ...rules('tr', { allowedIn: HOLDS.rows, holds: HOLDS.cells }),
  ...rules('td th', { ...SECTION, allowedIn: HOLDS.cells }),
  ...rules('select', { holds: HOLDS.options | HOLDS.optionGroups }),
  ...rules('optgroup', { allowedIn: HOLDS.optionGroups, holds: HOLDS.options }),
  ...rules('datalist', { holds: FLOW | HOLDS.options }),
  ...rules('option', { allowedIn: HOLDS.options, holds: HOLDS.text }),
  ...rules('iframe script style textarea', { kind: 'raw' }),
  ...rules('template', { refused: /shadowroot/i }),
  ...rules('svg', { holds: HOLDS.text | HOLDS.svg }),
]);

/** What stands in `<svg>`: no element that leads back to HTML, and no script. */
export const SVG_ELEMENTS = new ElementNames([
  ...svgRules('svg g defs symbol use path circle ellipse line polygon polyline rect image view'),
  ...svgRules(
    'text textPath tspan linearGradient radialGradient stop clipPath mask pattern marker',
  ),
  ...svgRules('animate animateMotion animateTransform mpath set switch filter'),
  ...svgRules('feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feTile'),
  ...svgRules('feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA'),
  ...svgRules('feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology'),
  ...svgRules('feOffset fePointLight feSpecularLighting feSpotLight feTurbulence'),
  ...svgRules('desc style title', HOLDS.text),
]);

const CUSTOM_ELEMENT = rule({});
const LONGEST_NAME = 64;

/** The rule for a name that is not listed: custom elements hold anything, everything else is refused. */
export function customElement(html: Buffer, start: number, end: number): ElementRule | undefined {
  if (end - start > LONGEST_NAME) return undefined;
  const name = html.toString('latin1', start, end);
  return /^[a-z][a-z0-9]*-[a-z0-9-]*$/.test(name) && name !== SLOT_ELEMENT
    ? CUSTOM_ELEMENT
    : undefined;
}

function rule(given: Partial<ElementRule>): ElementRule {
  return {
    allowedIn: HOLDS.flow,
    notWithin: 0,
    opens: 0,
    shields: 0,
    holds: FLOW,
    kind: 'container',
    refused: undefined,
    ...given,
  };
}

function rules(names: string, given: Partial<ElementRule> = {}): [string, ElementRule][] {
  return names.split(' ').map((name) => [name, rule(given)]);
}

function svgRules(names: string, holds: number = HOLDS.text | HOLDS.svg): [string, ElementRule][] {
  return rules(names, { allowedIn: HOLDS.svg, holds, kind: 'svg' });
}
