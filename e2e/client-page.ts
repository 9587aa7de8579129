import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fragmentBase, type PageReport } from '@tessera/contract';

/** A site whose pages can be had in two ways. */
export interface TwoWays extends AsyncDisposable {
  /** The pages as they are. */
  readonly url: string;
  /** Added to a page's URL it comes with empty slots, which the browser fills. */
  readonly clientQuery: string;
}

const CLIENT_QUERY = '?by=client';

/**
 * Starts it in front of `site`. A page that the browser composes is the composed one without what stands in its slots: a
 * script asks for all of them at once and starts the shell when they are there. Nothing else about it differs, so that it is
 * as fast as such a page can be: its script is a few lines in the page, and all preloads are still in its head.
 */
export async function startTwoWays(site: string): Promise<TwoWays> {
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '/').slice(1);
    if (path.endsWith(CLIENT_QUERY))
      return void sendClientPage(site + path.slice(0, -CLIENT_QUERY.length), outgoing);
    const upstream = request(
      new URL(path, site),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    clientQuery: CLIENT_QUERY,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

async function sendClientPage(url: string, outgoing: ServerResponse): Promise<void> {
  const [page, report] = await Promise.all([
    fetch(`${url}?tessera=whole`).then((answer) => answer.text()),
    fetch(`${url}?tessera=report`).then((answer) => answer.json() as Promise<PageReport>),
  ]);
  outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  outgoing.end(clientPage(page, fragmentUrls(report)));
}

/** Where the browser finds each slot's fragment; services mount them at `/<name>/`. */
function fragmentUrls({ slots }: PageReport): Map<string, string> {
  const urls = new Map<string, string>();
  for (const { slot, fragment, url, state } of slots) {
    if (url === undefined || state === 'client') continue;
    const { pathname, search } = new URL(url);
    urls.set(slot, fragmentBase(fragment) + pathname.slice(`/${fragment}/`.length) + search);
  }
  return urls;
}

function clientPage(page: string, urls: ReadonlyMap<string, string>): string {
  const boot = /<script type="module" async src="([^"]+)"><\/script>/.exec(page)?.[1];
  if (boot === undefined) throw new Error('The page has no widget.');
  const empty = page
    .replaceAll(/<script type="module" async [^>]*><\/script>/g, '')
    .replaceAll(
      /(<fragment-slot [^>]*slot-id="([^"]+)"[^>]*>)[\s\S]*?<\/fragment-slot>/g,
      (slot, open: string, id: string) =>
        urls.has(id) ? `${open.replace(/state="\w+"/, 'state="pending"')}</fragment-slot>` : slot,
    );
  const script = `<script type="module">
const fill = async ([id, url]) => {
  const answer = await fetch(url, { headers: { accept: 'text/html' } });
  const slot = document.querySelector('fragment-slot[slot-id="' + id + '"]');
  slot.innerHTML = await answer.text();
  slot.setAttribute('state', 'ready');
};
await Promise.all(${JSON.stringify([...urls])}.map(fill));
await import(${JSON.stringify(boot)});
</script>`;
  return empty.replace('</body>', `${script}</body>`);
}
