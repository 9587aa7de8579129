import {
  attribute,
  type HtmlElement,
  type HtmlParent,
  isHtml,
  parseContained,
  toHtml,
} from './parse.ts';
import { isExecutable } from './script-places.ts';

/**
 * The same HTML with its inline scripts dead: their `type` becomes `text/plain`, which browsers do not run. Scripts with a
 * `src` and data (`application/json` and the like) stay. Takes HTML that is contained; without scripts it is not copied.
 *
 * A late fragment is parsed in a `<template>`, where nothing runs, and our script moves it into the page; what it moves
 * would then run as if the page had brought it. A content security policy by hash and origin judges these scripts like any
 * other, but there may be no policy, and 'strict-dynamic' lets through whatever a trusted script inserts. So they are dead
 * before they leave: the browser cannot do it, since declarative shadow roots hide theirs from every query.
 */
export function withDeadScripts(html: Buffer): Buffer {
  if (!html.includes('<script')) return html;
  const text = html.toString('utf8');
  // What most fragments bring are props. An exact start, so that no other reading of the tag is possible.
  if (!/<script(?! type="application\/(?:ld\+)?json")/.test(text)) return html;
  // Late fragments are placed where scripts run: there the content of <noscript> is text.
  const tree = parseContained(text, { scriptingEnabled: true });
  const visit = (parent: HtmlParent) => {
    for (const node of parent.childNodes) {
      if (!('tagName' in node)) continue;
      if (node.tagName === 'script' && runsInline(node)) {
        node.attrs = node.attrs.filter(({ name }) => name !== 'type');
        node.attrs.push({ name: 'type', value: 'text/plain' });
      }
      visit(node);
      if ('content' in node) visit(node.content);
    }
  };
  visit(tree);
  return Buffer.from(toHtml(tree, { scriptingEnabled: true }));
}

/** Whether a browser would run the element's text (HTML standard §4.12.1.1): anything but data. */
function runsInline(script: HtmlElement): boolean {
  // An svg script takes no `src`.
  if (isHtml(script) && attribute(script, 'src') !== undefined) return false;
  return isExecutable(attribute(script, 'type'));
}
