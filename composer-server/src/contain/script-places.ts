import { attribute, type HtmlParent, isHtml, parseContained } from './parse.ts';

/** A script in contained HTML. */
export interface ScriptPlace {
  /** Behind `<script` of its start tag, in bytes: where a nonce can be put. Of attributes given twice the first counts. */
  readonly at: number;
  /** Its text stands in the page. */
  readonly inline: boolean;
}

/** Every script that a browser would run if it were allowed to. Data blocks such as props are none. */
export function scriptPlaces(html: Buffer): readonly ScriptPlace[] {
  // Contained HTML has its names in lower case.
  if (!html.includes(SCRIPT)) return NONE;
  const text = html.toString('utf8');
  // What most fragments bring are props. An exact start, so that no other reading of the tag is possible.
  if (!/<script(?! type="application\/(?:ld\+)?json")/i.test(text)) return NONE;
  const places: ScriptPlace[] = [];
  let read = 0;
  let bytes = 0;
  const visit = (parent: HtmlParent) => {
    for (const node of parent.childNodes) {
      if (!('tagName' in node)) continue;
      const start = node.sourceCodeLocation?.startOffset;
      if (
        node.tagName === 'script' &&
        start !== undefined &&
        isExecutable(attribute(node, 'type'))
      ) {
        bytes += Buffer.byteLength(text.slice(read, start));
        read = start;
        const inline = !isHtml(node) || attribute(node, 'src') === undefined;
        places.push({ at: bytes + '<script'.length, inline });
      }
      visit(node);
      if ('content' in node) visit(node.content);
    }
  };
  visit(parseContained(text, { scriptingEnabled: true, sourceCodeLocationInfo: true }));
  return places;
}

/** Whether a browser would run a script of this type (HTML standard §4.12.1.1): anything but data. */
export function isExecutable(type = ''): boolean {
  // Every type of a classic script has "script" in it; module, importmap and their like have no slash.
  return !type.includes('/') || /script/i.test(type);
}

/** The HTML in pieces, each of these scripts with this nonce. */
export function withNonce(html: Buffer, places: readonly ScriptPlace[], nonce: string): Buffer {
  if (places.length === 0) return html;
  const attributeText = Buffer.from(` nonce="${nonce}"`);
  const pieces: Buffer[] = [];
  let end = 0;
  for (const { at } of places) {
    pieces.push(html.subarray(end, at), attributeText);
    end = at;
  }
  pieces.push(html.subarray(end));
  return Buffer.concat(pieces);
}

const SCRIPT = Buffer.from('<script');
const NONE: readonly ScriptPlace[] = [];
