import { setTimeout as sleep } from 'node:timers/promises';

/** What became of warming. */
export interface WarmResult {
  readonly total: number;
  readonly ok: number;
  /** URLs that were not answered with 2xx or 3xx, and why. */
  readonly failed: readonly { readonly url: string; readonly reason: string }[];
  readonly ms: number;
}

/** Longest wait for one page. */
const TIMEOUT_MS = 30_000;

/** The URLs in a list: one a line, absolute or a path of `site`; blank lines and those that begin with `#` are none. */
export function readUrls(list: string, site: URL): { urls: URL[]; wrong: string[] } {
  const lines = list.split(/\r?\n/).map((line) => line.trim());
  const named = [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))];
  const isUrl = (line: string) =>
    URL.canParse(line, site) && /^https?:$/.test(new URL(line, site).protocol);
  return {
    urls: named.filter(isUrl).map((line) => new URL(line, site)),
    wrong: named.filter((line) => !isUrl(line)),
  };
}

/**
 * Asks for pages so that a composer has their fragments stored before visitors come: `rate` of them start each second, each is
 * read to its end. `onProgress` is told after each one. Never rejects.
 */
export async function warm(
  urls: readonly URL[],
  rate: number,
  onProgress: (done: number) => void,
): Promise<WarmResult> {
  const start = performance.now();
  const failed: { url: string; reason: string }[] = [];
  let done = 0;
  const visit = async ({ href }: URL) => {
    const reason = await visitPage(href);
    if (reason !== undefined) failed.push({ url: href, reason });
    onProgress(++done);
  };
  const visits: Promise<void>[] = [];
  for (const [i, url] of urls.entries()) {
    const ms = start + (i * 1000) / rate - performance.now();
    if (ms > 0) await sleep(ms);
    visits.push(visit(url));
  }
  await Promise.all(visits);
  const ms = Math.round(performance.now() - start);
  return { total: urls.length, ok: urls.length - failed.length, failed, ms };
}

async function visitPage(url: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { 'user-agent': 'tessera-warm' };
    const response = await fetch(url, { signal, headers, redirect: 'manual' });
    // A page is warm when its last fragment is.
    await response.arrayBuffer();
    return response.status < 400 ? undefined : `status ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** A line such as `[#####-----] 50/100`. */
export function progressBar(done: number, total: number, width = 30): string {
  const filled = total === 0 ? width : Math.round((done / total) * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${done}/${total}`;
}
