import { PAGE_DATA_ID, type PageData } from '@tessera/contract';
import { logError, pageDataInvalid } from './boot-errors.ts';
import { isParsed, type Parsing } from './parsing.ts';

/** The page's data as soon as its script has been parsed; undefined, and reported, when it is missing or unreadable. */
export async function readPageData(
  document: Document,
  parsing: Parsing,
): Promise<PageData | undefined> {
  const find = () => document.getElementById(PAGE_DATA_ID);
  await parsing.until(() => {
    const script = find();
    return !!script && isParsed(script);
  });
  try {
    return parsePageData(find()?.textContent ?? '');
  } catch (error) {
    logError(error);
    return undefined;
  }
}

/** Our own composer wrote it from parsed manifests: the version says whether the two understand each other. */
function parsePageData(text: string): PageData {
  let cause: unknown;
  try {
    const page = JSON.parse(text);
    if (page.v === 1) return page;
  } catch (error) {
    cause = error;
  }
  throw pageDataInvalid('is missing, no JSON, or not of version 1', cause);
}
