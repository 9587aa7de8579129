import { PAGE_DATA_ID, type PageData } from '@tessera/contract';

const PAGE_DATA = new RegExp(`<script [^>]*id="${PAGE_DATA_ID}"[^>]*>([^<]*)</script>`);

/**
 * What the page's data is by now: a page that stands open during a deploy names files that may be gone. Reads no more of
 * the page than that. Undefined where it cannot be had within `timeoutMs`; never rejects.
 */
export async function refreshPageData(timeoutMs: number): Promise<PageData | undefined> {
  try {
    const response = await fetch(location.href, {
      headers: { accept: 'text/html' },
      cache: 'no-cache',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok || !response.body) return undefined;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += value;
      const json = PAGE_DATA.exec(text)?.[1];
      if (json === undefined) continue;
      void reader.cancel().catch(() => {});
      const page = JSON.parse(json);
      return page.v === 1 ? page : undefined;
    }
  } catch {
    return undefined;
  }
}
