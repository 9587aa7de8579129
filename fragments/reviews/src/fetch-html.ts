/**
 * Asks for HTML and answers it as a document of its own, in which no script runs. The browser parses what it has loaded, so
 * that a page with Trusted Types need not trust this file with making HTML out of text. Rejects for any status but 2xx.
 */
export function fetchHtml(
  url: string,
  { signal, fresh = false }: { readonly signal: AbortSignal; readonly fresh?: boolean },
): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const leave = () => request.abort();
    const fail = (reason: unknown) => reject(reason);
    request.open('GET', url);
    request.responseType = 'document';
    request.setRequestHeader('accept', 'text/html');
    // No purge reaches the browser's own cache.
    if (fresh) request.setRequestHeader('cache-control', 'no-cache');
    request.onload = () => {
      const found = request.status >= 200 && request.status < 300 ? request.responseXML : null;
      if (found) resolve(found);
      else fail(new Error(`${url} answered ${request.status}.`));
    };
    request.onerror = () => fail(new Error(`${url} cannot be reached.`));
    request.onabort = () => fail(signal.reason);
    request.onloadend = () => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave);
    if (signal.aborted) fail(signal.reason);
    else request.send();
  });
}
