import type { ParserError } from 'parse5';
import { templateAmbiguous } from '../errors.ts';
import type { TemplateSource } from './template-source.ts';
import type { Element, StandardReading } from './two-parsers.ts';

const VOID =
  'area base br col embed hr img input link meta param source track wbr frame keygen basefont bgsound'.split(
    ' ',
  );
/** Elements whose end tag may be left out (HTML standard §13.1.2.4). */
const END_TAG_OPTIONAL =
  'html head body li dt dd p rt rp optgroup option colgroup caption thead tbody tfoot tr td th'.split(
    ' ',
  );

/**
 * Refuses markup that would swallow what the composer adds to a page: comments, tags and elements that stay open, and
 * elements that one file of a joined template opens and another one closes. Throws TEMPLATE_AMBIGUOUS at the first.
 */
export function checkWellFormed(source: TemplateSource, reading: StandardReading): void {
  refuseMistakes(source, reading.mistakes);
  for (const { element } of reading.elements) {
    const location = element.sourceCodeLocation;
    if (!location?.startTag) continue;
    const start = source.place(location.startOffset);
    if (!location.endTag) {
      if (!staysOpen(source.text, element) || END_TAG_OPTIONAL.includes(element.tagName)) continue;
      throw templateAmbiguous(start, `This <${element.tagName}> is not closed.`);
    }
    const end = source.place(location.endTag.startOffset);
    if (start.file === end.file) continue;
    throw templateAmbiguous(
      end,
      `This </${element.tagName}> closes the <${element.tagName}> of ${start.file}:${start.line}:${start.column}.`,
    );
  }
}

/** Refuses comments and tags that stay open, and attributes that are given twice, of which the second is lost. */
function refuseMistakes(source: TemplateSource, mistakes: readonly ParserError[]): void {
  const mistake = mistakes.find(({ code }) => /^(eof-in-|duplicate-attr)/.test(code));
  if (!mistake) return;
  const place = source.place(mistake.startOffset);
  throw templateAmbiguous(place, `The markup is not well-formed here (${mistake.code}).`);
}

/** Whether an element has a start tag that calls for an end tag, and none. */
export function staysOpen(text: string, { tagName, sourceCodeLocation }: Element): boolean {
  if (!sourceCodeLocation?.startTag || sourceCodeLocation.endTag || VOID.includes(tagName)) {
    return false;
  }
  // Only foreign elements (SVG, MathML) can be closed by a slash; on others it means nothing.
  const { startOffset, endOffset } = sourceCodeLocation.startTag;
  const slash = text.slice(startOffset, endOffset).endsWith('/>');
  return !(slash && sourceCodeLocation.endOffset === endOffset);
}
