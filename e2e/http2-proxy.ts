import { request } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The site behind HTTP/2 and TLS, as visitors have it. */
export interface Http2Proxy extends AsyncDisposable {
  /** Its certificate is nobody's: `ignoreHTTPSErrors` takes it. */
  readonly url: string;
}

/** Starts it in front of `site`; every answer begins so many milliseconds late, or when what `delay` gives for its path resolves. */
export async function startHttp2Proxy(
  site: string,
  delay: number | ((path: string) => Promise<unknown>),
): Promise<Http2Proxy> {
  const hold = typeof delay === 'function' ? delay : () => sleep(delay);
  const server = createSecureServer({ key: KEY, cert: CERTIFICATE }, (incoming, outgoing) => {
    void hold(incoming.url).then(() => pass(site, incoming, outgoing));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function pass(site: string, incoming: Http2ServerRequest, outgoing: Http2ServerResponse): void {
  const { host: _, ...headers } = incoming.headers;
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
  const upstream = request(
    new URL(incoming.url.replace(/^\/+/, ''), site),
    { method: incoming.method, headers: Object.fromEntries(own) },
    (answer) => {
      const { connection: _c, 'keep-alive': _k, 'transfer-encoding': _t, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(outgoing);
    },
  );
  upstream.on('error', () => outgoing.destroy());
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

/** For 127.0.0.1, made for these tests alone. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUY2/jAhwLHv+fH46+mUJVUICfL2YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE3NDEzNFoYDzIxMjYxMDI4
MTc0MTM0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATs8e0eWy4eyXFqX5ZsI1HIMjHCLUzY+GBWUORKj2g3I3O+jYbKDMzI
i1W2pABbMK64lWAsCWgUZQFnZA95lnAZo28wbTAdBgNVHQ4EFgQUSHf65NZ/Bv2+
jphnvEdO+kvgBuQwHwYDVR0jBBgwFoAUSHf65NZ/Bv2+jphnvEdO+kvgBuQwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAPP7zzT/R8FhMIsuaeviXt3ICBB3A9mC5QEzfFiyDGaZAiBV
rcaxv9ouFElk79osV5sG11e/+7ZrW0pqF/jYryUD2A==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzdP3y5aCtNX8G+E/
noAY1fU65bczgClNJGgTJBIbaHGhRANCAATs8e0eWy4eyXFqX5ZsI1HIMjHCLUzY
+GBWUORKj2g3I3O+jYbKDMzIi1W2pABbMK64lWAsCWgUZQFnZA95lnAZ
-----END PRIVATE KEY-----
`;
