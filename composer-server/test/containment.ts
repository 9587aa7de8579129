import {
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  parse,
  html as parse5Html,
  parseFragment,
} from 'parse5';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const slot = (inside: string) => `<fragment-slot>${inside}</fragment-slot><i id="after">x</i>`;
const page = (body: string) => `<!doctype html><html><head></head><body>${body}</body></html>`;
const shadow = (html: string) => `<template shadowrootmode="open">${html}</template>`;

/** Places where a slot may stand, and how its fragment gets there. */
export const CONTEXTS: Readonly<Record<string, (html: string) => string>> = {
  'a section': (html) => page(`<section>${slot(html)}</section>`),
  'a section in a list item': (html) =>
    page(`<ul><li><section>${slot(html)}</section></li><li>y</li></ul>`),
  'a table cell': (html) =>
    page(`<table><tbody><tr><td>${slot(html)}</td><td>y</td></tr></tbody></table>`),
  'main and div': (html) => page(`<main><h1><b>${slot(html)}</b></h1><div>y</div></main>`),
  'a page in quirks mode': (html) =>
    page(`<div>${slot(html)}</div>`).slice('<!doctype html>'.length),
  'a shadow root': (html) =>
    page(`<form><p><a href="x"><button>${slot(shadow(html))}</button></a></p></form>`),
  'a late template': (html) =>
    page(`<p>y</p><template data-slot="a">${html}</template><script></script><i id="after">x</i>`),
};

/**
 * Parses the fragment in every context, with and without scripts, and answers where it does not give the nodes that it gives
 * alone, or something outside its slot is not as it is around an empty one.
 */
export function escapes(html: string): string | undefined {
  for (const scriptingEnabled of [true, false]) {
    const context = defaultTreeAdapter.createElement('div', parse5Html.NS.HTML, []);
    const alone = outline(parseFragment(context, html, { scriptingEnabled }));
    for (const [name, compose] of Object.entries(CONTEXTS)) {
      const [inside, outside] = split(parse(compose(html), { scriptingEnabled }));
      const [, empty] = split(parse(compose(''), { scriptingEnabled }));
      if (inside === alone && outside === empty) continue;
      return `in ${name}, scripting ${scriptingEnabled}:\n${inside}\n${outside}\nalone:\n${alone}`;
    }
  }
  return undefined;
}

/** What stands in the slot, and everything else. */
function split(document: DefaultTreeAdapterTypes.Document): [string, string] {
  const container = find(document);
  if (!container) return ['(no slot)', outline(document)];
  const inside = outline(container);
  container.childNodes = [];
  return [inside, outline(document)];
}

/** The slot, or the template that brings its content. */
function find(parent: Node): DefaultTreeAdapterTypes.ParentNode | undefined {
  if (!('childNodes' in parent)) return undefined;
  for (const node of parent.childNodes) {
    if (!('tagName' in node)) continue;
    const isLate = node.attrs.some(({ name }) => name === 'data-slot');
    if (isLate && 'content' in node) return node.content;
    if (node.tagName === 'fragment-slot') {
      const [first] = node.childNodes;
      const isShadow = first && 'content' in first && node.childNodes.length === 1;
      return isShadow && first.attrs[0]?.name === 'shadowrootmode' ? first.content : node;
    }
    const found = find(node);
    if (found) return found;
  }
  return undefined;
}

/** A tree as text that two different trees never share, but for the empty forms that some parsers leave between table rows. */
export function outline(parent: Node): string {
  if (!('childNodes' in parent)) return '';
  const inTable = /^(table|tbody|thead|tfoot|tr)$/.test(parent.nodeName);
  const nodes = parent.childNodes.filter(({ nodeName }) => !(inTable && nodeName === 'form'));
  return `[${nodes.map(describe).join()}]`;
}

function describe(node: DefaultTreeAdapterTypes.ChildNode): string {
  if ('value' in node) return JSON.stringify(node.value);
  if ('data' in node) return `!${JSON.stringify(node.data)}`;
  if (!('tagName' in node)) return node.nodeName;
  const attrs = node.attrs.map(({ name, value }) => [name, value]);
  const inside = 'content' in node ? outline(node.content) : outline(node as Element);
  return `${node.namespaceURI.at(-1)}:${node.tagName}${JSON.stringify(attrs)}${inside}`;
}
